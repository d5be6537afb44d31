// Forms marked data-passkey="create|get": ask the device, put its answer into the form, send it.
// The device's question stands in #passkey-options, or is fetched from the form's address (data-passkey-ask).

async function options(form) {
  if (!form.hasAttribute("data-passkey-ask")) {
    return JSON.parse(document.getElementById("passkey-options").textContent);
  }
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

// A passkey that is to work without a password must live on the device and ask who uses it.
function creation(question, alone) {
  const chosen = question.publicKey.authenticatorSelection;
  chosen.residentKey = alone ? "required" : "discouraged";
  chosen.requireResidentKey = alone;
  if (alone) chosen.userVerification = "required";
  return question;
}

async function credential(form) {
  const asked = await options(form);
  if (form.dataset.passkey === "get") return window.webauthnJSON.get(asked.request_options);
  const alone = Boolean(form.elements.passwordless?.checked);
  return window.webauthnJSON.create(creation(asked.creation_options, alone));
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const trouble = form.querySelector("[data-passkey-trouble]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(await credential(form));
    } catch {
      trouble.hidden = false;
      return;
    }
    form.submit();
  });
}
