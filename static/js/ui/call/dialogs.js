/** The dialogs that open during a call: devices, invitations; and its menus and panels. */

import { addAnnouncer } from "../lib/announcer.js";
import { openDialog, setUpDialog } from "../lib/dialog.js";
import { byId } from "../lib/page.js";
import { setUpMoreMenu } from "./more-menu.js";
import { sidePanels } from "./side-panel.js";

/** Once the parts of the call are there. @param {() => void} leave @returns {Record<"invite" | "devices", () => void>} */
export function setUpDialogs(leave) {
  const actions = {
    invite: () => openDialog(byId("invite-dialog", HTMLDialogElement)),
    devices: () => openDialog(byId("devices-dialog", HTMLDialogElement)),
    leave,
  };
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-action]"))) {
    button.addEventListener("click", actions[/** @type {keyof typeof actions} */ (button.dataset.action)]);
  }
  for (const dialog of document.querySelectorAll("dialog")) {
    addAnnouncer(dialog);
    setUpDialog(dialog);
  }
  setUpMoreMenu();
  sidePanels.setUp();
  return actions;
}

export function closeDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  sidePanels.closeAll();
}
