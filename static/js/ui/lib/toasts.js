/** Short messages in a polite live region. */

import { byId } from "./page.js";

/** @typedef {{label: string, run: () => void}} ToastAction a button on the message */

const SHOWN_MS = 5000;
/** People who are slow to reach a button must have the time to do so (WCAG 2.2, 2.2.1). */
const SHOWN_WITH_ACTION_MS = 20_000;
const MAX_SHOWN = 3;

export function clearToasts() {
  byId("toasts", HTMLElement).replaceChildren();
}

/** Shows a message until it times out or its action is done. @param {string} message @param {ToastAction} [action] */
export function toast(message, action) {
  const region = byId("toasts", HTMLElement);
  const note = document.createElement("p");
  note.className = "toast";
  note.textContent = message;
  if (action) note.append(buttonOf(action, () => note.remove()));
  while (region.childElementCount >= MAX_SHOWN) region.firstElementChild?.remove();
  region.append(note);
  setTimeout(() => note.remove(), action ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
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
