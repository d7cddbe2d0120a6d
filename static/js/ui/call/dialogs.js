/** What opens over the call: the list of people, devices, invitations. */

import { byId } from "../lib/page.js";
import { showSidePanel } from "./side-panel.js";

/**
 * Ties the dialogs of the page to their buttons.
 * @param {() => void} leave @returns {Record<"invite" | "people" | "devices", () => void>}
 */
export function setUpDialogs(leave) {
  const acts = {
    invite: () => openDialog(byId("invite-dialog", HTMLDialogElement)),
    people: () => showSidePanel("people", byId("people", HTMLElement).hidden),
    devices: () => openDialog(byId("devices-dialog", HTMLDialogElement)),
    leave,
  };
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-act]"))) {
    button.addEventListener("click", acts[/** @type {keyof typeof acts} */ (button.dataset.act)]);
  }
  for (const dialog of document.querySelectorAll("dialog")) {
    for (const button of dialog.querySelectorAll("[data-close]")) button.addEventListener("click", () => dialog.close());
    // A press on the backdrop lands on the dialog itself.
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }
  return acts;
}

/** Closes whatever is open. */
export function closeDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  showSidePanel("people", false);
}

/** @param {HTMLDialogElement} dialog */
function openDialog(dialog) {
  if (!dialog.open) dialog.showModal();
}
