/* The folded navigation, menus that close by themselves, messages that can be put away. */

const navigation = document.getElementById("navigation");
const veil = document.querySelector("[data-navigation-veil]");
const opener = document.querySelector("[data-navigation-open]");

function setOpen(open) {
  if (!navigation || !opener) return;
  navigation.toggleAttribute("data-open", open);
  if (veil) veil.hidden = !open;
  opener.setAttribute("aria-expanded", String(open));
  if (open) navigation.querySelector("a")?.focus();
  else opener.focus();
}

opener?.addEventListener("click", () => setOpen(!navigation.hasAttribute("data-open")));
veil?.addEventListener("click", () => setOpen(false));

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.menu"));
  event.target.closest("[data-toast-close]")?.closest(".toast")?.remove();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  else if (navigation?.hasAttribute("data-open")) setOpen(false);
});

/* A select marked so sends its form at once; without scripts the form's button does it. */
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-send-on-change]")) event.target.form.requestSubmit();
});
for (const button of document.querySelectorAll("[data-hidden-with-scripts]")) button.hidden = true;

/* A trouble on the way to the server is said, not swallowed. */
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    const toasts = document.querySelector("[data-toasts]");
    const words = toasts?.querySelector("template");
    if (!words) return;
    const toast = words.content.firstElementChild.cloneNode(true);
    const answer = event.detail.xhr?.getResponseHeader?.("X-Message");
    toast.querySelector("div").textContent = answer ? decodeURIComponent(answer) : toasts.dataset.trouble;
    toasts.append(toast);
  });
}
