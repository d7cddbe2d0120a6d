/** The forms that the browser itself sends: one press sends them once, errors have the focus, and nothing typed is lost. */

import { keepDrafts, markSent } from "./drafts.js";
import { watchLimits } from "./length-limit.js";

/** After this long a form may be sent again: the person may have stopped the page from loading. */
const SENT_MS = 10_000;

/** Looks after all such forms of the page, also those that are added later. */
export function preparePageForms() {
  watchLimits();
  keepDrafts();
  focusFirst();
  document.addEventListener("submit", onSubmit);
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
}

/** @param {SubmitEvent} event */
function onSubmit(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  // A script sends it, or it only closes a dialog.
  if (event.defaultPrevented || form.method !== "post") return;
  if ("sent" in form.dataset) return event.preventDefault();
  form.dataset.sent = "";
  event.submitter?.setAttribute("aria-disabled", "true");
  markSent(form);
  setTimeout(() => release(form), SENT_MS);
}

/** @param {Element} form */
function release(form) {
  form.removeAttribute("data-sent");
  for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
}

/** For browsers that honour `autofocus` on fields only. The person may have begun elsewhere. */
function focusFirst() {
  const first = document.querySelector("main [autofocus]");
  if (first instanceof HTMLElement && document.activeElement === document.body) first.focus();
}
