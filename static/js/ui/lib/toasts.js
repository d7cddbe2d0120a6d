/** Short messages in a polite live region. */

import { sayIfInert } from "./announcer.js";
import { byId } from "./page.js";

/** @typedef {{label: string, run: () => void}} ToastAction a button on the message */

const SHOWN_MS = 5000;
/** People who are slow to reach a button must have the time to do so (WCAG 2.2, 2.2.1). */
const SHOWN_WITH_ACTION_MS = 20_000;
const MAX_SHOWN = 3;

/** @param {string} [subject] removes only the messages about it */
export function clearToasts(subject) {
  const selector = subject === undefined ? ".toast" : `.toast[data-subject="${CSS.escape(subject)}"]`;
  for (const note of byId("toasts", HTMLElement).querySelectorAll(selector)) note.remove();
}

/**
 * Shows a message until it times out or its action is done.
 * @param {string} message @param {ToastAction} [action] @param {string} [subject] a newer message about it replaces the older one
 */
export function toast(message, action, subject) {
  const region = byId("toasts", HTMLElement);
  const note = document.createElement("p");
  note.className = "toast";
  note.textContent = message;
  if (subject !== undefined) {
    clearToasts(subject);
    note.dataset.subject = subject;
  }
  if (action) note.append(buttonOf(action, () => note.remove()));
  while (region.childElementCount >= MAX_SHOWN) leastNeeded(region)?.remove();
  region.append(note);
  sayIfInert(region, note.innerText);
  setTimeout(() => expire(note), action ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
}

/** The oldest message that has nothing to press, or else the oldest. @param {HTMLElement} region */
function leastNeeded(region) {
  return region.querySelector(".toast:not(:has(button))") ?? region.firstElementChild;
}

/** A message that the pointer or the focus is on stays until they leave it. @param {HTMLElement} note */
function expire(note) {
  if (!note.matches(":hover, :focus-within")) return note.remove();
  const leave = () => note.matches(":hover, :focus-within") || note.remove();
  note.addEventListener("pointerleave", leave);
  note.addEventListener("focusout", () => requestAnimationFrame(leave));
}

/** @param {ToastAction} action @param {() => void} close */
function buttonOf({ label, run }, close) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--small";
  button.textContent = label;
  button.addEventListener("click", () => {
    close();
    run();
  });
  return button;
}
