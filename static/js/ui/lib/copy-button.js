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
  const source = /** @type {HTMLElement} */ (document.getElementById(button.dataset.copy ?? ""));
  if (await copyText(source)) button.textContent = button.dataset.copied ?? "";
}

/**
 * Copies what a field or another element holds when a button is pressed; a field is selected when it gets the focus.
 * @param {HTMLButtonElement} button @param {HTMLElement} source @param {{signal: AbortSignal, onCopied: () => void}} options
 */
export function copyOnClick(button, source, { signal, onCopied }) {
  button.addEventListener("click", () => void copyText(source).then((copied) => copied && onCopied()), { signal });
  if (source instanceof HTMLInputElement) source.addEventListener("focus", () => source.select(), { signal });
}

/**
 * Without access to the clipboard, the text is selected for the person to copy.
 * @param {HTMLElement} source @returns {Promise<boolean>}
 */
async function copyText(source) {
  const field = source instanceof HTMLInputElement || source instanceof HTMLTextAreaElement ? source : null;
  try {
    await navigator.clipboard.writeText(field?.value ?? source.textContent ?? "");
    return true;
  } catch {
    field?.focus();
    if (field === null) getSelection()?.selectAllChildren(source);
    else field.select();
    return false;
  }
}
