/**
 * Short news in a polite live region.
 *
 * @module
 */

import { byId } from "./page-data.js";

const SHOWN_MS = 5000;
const AT_MOST = 3;

/** Takes away what is still shown. */
export function clearToasts() {
  byId("toasts", HTMLElement).replaceChildren();
}

/**
 * Shows a text for five seconds.
 *
 * @param {string} words
 */
export function toast(words) {
  const region = byId("toasts", HTMLElement);
  const note = document.createElement("p");
  note.className = "toast";
  note.textContent = words;
  while (region.childElementCount >= AT_MOST) region.firstElementChild?.remove();
  region.append(note);
  setTimeout(() => note.remove(), SHOWN_MS);
}
