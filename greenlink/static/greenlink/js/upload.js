/* File drop: shows the name of the chosen file and, while htmx sends it, how far it is. */

function zone(element) { return element.closest("[data-file-drop]"); }

function showName(input) {
  const drop = zone(input);
  const name = drop?.querySelector("[data-file-name]");
  if (name) name.textContent = [...input.files].map((file) => file.name).join(", ");
  const send = input.form?.querySelector("[data-file-send]");
  if (send) send.disabled = input.files.length === 0;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-file-drop] input[type=file]")) showName(event.target);
});

for (const [kind, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
  document.addEventListener(kind, (event) => {
    const drop = event.target.closest?.("[data-file-drop]");
    if (drop) drop.toggleAttribute("data-over", over);
  });
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = event.target.querySelector?.("progress[data-sending]");
  if (!bar || !event.detail.lengthComputable) return;
  bar.hidden = false;
  bar.value = (event.detail.loaded / event.detail.total) * 100;
  if (event.detail.loaded === event.detail.total) bar.removeAttribute("value");
});
document.addEventListener("htmx:afterRequest", (event) => {
  const bar = event.target.querySelector?.("progress[data-sending]");
  if (bar) { bar.hidden = true; bar.value = 0; }
});
