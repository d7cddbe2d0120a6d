/** Received files and the other pages of the site: what is due is deleted, and signing out asks about the rest. */

import { nextDeadline } from "../../files/received/deadline.js";

export function mindKeptFiles() {
  const deadline = nextDeadline();
  if (!Number.isFinite(deadline)) return;
  // Most pages do without the store.
  if (deadline <= Date.now()) void import("../../files/received/received-files.js").then(({ received }) => received.tidy()).catch(() => {});
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-sign-out]:not(#sign-out)"))) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      location.assign(form.action);
    });
  }
}
