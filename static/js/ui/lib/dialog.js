/** Modal dialogs. The browser closes them on Escape and keeps the focus inside. */

/** Once a dialog: its `data-close` buttons close it, and a press beside it. @param {HTMLDialogElement} dialog */
export function setUpDialog(dialog) {
  for (const button of dialog.querySelectorAll("[data-close]")) button.addEventListener("click", () => dialog.close());
  // A selection of text that ends beside the dialog, and a click on its own edge, are no wish to close it.
  let pressedBeside = false;
  dialog.addEventListener("pointerdown", (event) => (pressedBeside = isBeside(dialog, event)));
  dialog.addEventListener("click", (event) => pressedBeside && isBeside(dialog, event) && dialog.close());
}

/**
 * Opens a dialog. When it closes, the browser gives the focus back to what opened it; if that was replaced meanwhile, as lists of
 * people are, the focus goes to its replacement.
 * @param {HTMLDialogElement} dialog
 */
export function openDialog(dialog) {
  if (dialog.open) return;
  const opener = document.activeElement;
  dialog.showModal();
  dialog.addEventListener("close", () => {
    if (opener instanceof HTMLElement && !opener.isConnected) replacementOf(opener)?.focus();
  }, { once: true });
}

/** @param {HTMLElement} opener @returns {HTMLElement | null} with the same class, place and person, or else the menu of the call */
function replacementOf({ classList, dataset: { pid = "", place } }) {
  const same = [...document.querySelectorAll(`.${CSS.escape(classList[0] ?? "-")}[data-pid="${CSS.escape(pid)}"]`), document.getElementById("more")];
  const found = same.find((one) => one instanceof HTMLElement && (one.dataset.place === place || one.id === "more") && one.checkVisibility());
  return /** @type {HTMLElement | undefined} */ (found) ?? null;
}

/** A press on the backdrop targets the dialog itself. @param {HTMLDialogElement} dialog @param {MouseEvent} event */
function isBeside(dialog, { target, clientX, clientY }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return target === dialog && (clientX < left || clientX > right || clientY < top || clientY > bottom);
}
