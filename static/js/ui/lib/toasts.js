/** Short news in a polite live region. */

import { byId } from "./page.js";

/** @typedef {{words: string, run: () => void}} Act what can be done about the news, on a button */

const SHOWN_MS = 5000;
/** With something to press: twenty seconds, as whoever needs long to get to a button must reach it (WCAG 2.2, 2.2.1). */
const SHOWN_WITH_ACT_MS = 20_000;
const MAX_SHOWN = 3;

/** Takes away what is still shown. */
export function clearToasts() {
  byId("toasts", HTMLElement).replaceChildren();
}

/**
 * Shows a text for five seconds; with something to do about it, for twenty or until that is done.
 * @param {string} words @param {Act} [act]
 */
export function toast(words, act) {
  const region = byId("toasts", HTMLElement);
  const note = document.createElement("p");
  note.className = "toast";
  note.textContent = words;
  if (act) note.append(buttonOf(act, () => note.remove()));
  while (region.childElementCount >= MAX_SHOWN) region.firstElementChild?.remove();
  region.append(note);
  setTimeout(() => note.remove(), act ? SHOWN_WITH_ACT_MS : SHOWN_MS);
}

/** @param {Act} act @param {() => void} close */
function buttonOf({ words, run }, close) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--small";
  button.textContent = words;
  button.addEventListener("click", () => {
    close();
    run();
  });
  return button;
}
