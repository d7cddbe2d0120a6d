/** Buttons that copy the value of a field: `<button data-copy="id of the field" data-copied="Copied">`. */

import { enableControls } from "./ready.js";

/** @param {ParentNode} root */
export function enableCopyButtons(root) {
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (root.querySelectorAll("[data-copy]"));
  for (const button of buttons) button.addEventListener("click", () => copy(button));
  enableControls(buttons);
}

/** @param {HTMLButtonElement} button */
async function copy(button) {
  const field = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.copy ?? ""));
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.copied ?? "";
  } catch {
    field.focus();
    field.select();
  }
}
