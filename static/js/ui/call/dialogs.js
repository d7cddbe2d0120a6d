/** What opens over the call: the list of people, devices, invitations. */

import { byId } from "../lib/page.js";
import { showSidePanel } from "./side-panel.js";

/**
 * Ties the dialogs of the page to their buttons.
 * @param {() => void} leave @returns {Record<"invite" | "people" | "devices", () => void>}
 */
export function setUpDialogs(leave) {
  const actions = {
    invite: () => openDialog(byId("invite-dialog", HTMLDialogElement)),
    people: () => showSidePanel("people", byId("people", HTMLElement).hidden),
    devices: () => openDialog(byId("devices-dialog", HTMLDialogElement)),
    leave,
  };
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-action]"))) {
    button.addEventListener("click", actions[/** @type {keyof typeof actions} */ (button.dataset.action)]);
  }
  for (const dialog of document.querySelectorAll("dialog")) {
    for (const button of dialog.querySelectorAll("[data-close]")) button.addEventListener("click", () => dialog.close());
    // A press on the backdrop lands on the dialog itself.
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }
  return actions;
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
