/* Dialogs and the drawer: <dialog> elements opened by name, closed by their buttons, Escape or a click outside. */

function open(dialog) {
  if (dialog && !dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) {
    event.preventDefault();
    open(document.getElementById(opener.dataset.dialogOpen));
    return;
  }
  if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog")?.close();
  else if (event.target instanceof HTMLDialogElement && event.target.open) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
});

/* Any answer that htmx puts into the drawer opens it. */
document.addEventListener("htmx:afterSwap", (event) => {
  const drawer = event.target.closest?.("dialog.drawer");
  if (drawer) { open(drawer); drawer.querySelector("[data-drawer-body]")?.scrollTo(0, 0); }
});

/* A publish button that asks for a word typed: enabled only when it is right. */
document.addEventListener("input", (event) => {
  const field = event.target.closest("[data-must-equal]");
  if (!field) return;
  const button = field.form?.querySelector("[data-needs-word]");
  if (button) button.disabled = field.value.trim() !== field.dataset.mustEqual;
});
