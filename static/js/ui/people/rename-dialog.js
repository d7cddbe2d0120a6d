/** The dialog in which a person changes their name during a call. */

import { openDialog } from "../lib/dialog.js";
import { byId, find, text } from "../lib/page.js";

/** @import { Renaming } from "../../chat/renaming.js" */

/** @param {Renaming} renaming @param {string} current */
export function openRenameDialog(renaming, current) {
  const dialog = byId("name-dialog", HTMLDialogElement);
  const field = byId("new-name", HTMLInputElement);
  const error = byId("new-name-error", HTMLElement);
  const showError = (/** @type {string} */ message) => {
    error.textContent = message;
    error.hidden = message === "";
    field.ariaInvalid = String(message !== "");
  };
  field.value = current;
  field.oninput = () => showError("");
  showError("");
  find(dialog, "form", HTMLFormElement).onsubmit = (event) => {
    event.preventDefault();
    // The page itself says that it is too long.
    if (field.validity.customError) return field.focus();
    const outcome = renaming.rename(field.value);
    if (outcome === "renamed") return dialog.close();
    showError(text(`rename.${outcome}`));
    field.focus();
  };
  openDialog(dialog);
  field.select();
}
