/** The mark of quality on a tile: bars, a word and what it is laid to. It opens the details. */

import { find, text } from "../lib/page.js";

/** @import { Person } from "../../call/person.js" */
/** @import { Quality } from "../../media/playback/quality.js" */

/** Says it in a few words. @param {Quality} quality @returns {string} empty for nothing to say */
export function qualityWords({ level, reason }) {
  return reason ? text(`quality.${reason}`) : level === "none" ? "" : text(`quality.${level}`);
}

/** Shows how good the connection to a person is. @param {HTMLButtonElement} button `.quality` of a tile @param {Person} person */
export function showQuality(button, person) {
  const { pid, name, self, state, quality } = person;
  const words = quality && state !== "refused" ? qualityWords(quality) : "";
  button.hidden = words === "";
  if (!quality || words === "") return;
  button.dataset.pid = pid;
  button.dataset.level = quality.level;
  button.dataset.reason = quality.reason;
  const level = text(`quality.${quality.level}`);
  const said = quality.reason && quality.level !== "none" ? text("quality.both", { level, reason: words }) : words;
  button.title = self ? text("quality.open.own", { words: said }) : text("quality.open", { name, words: said });
  button.setAttribute("aria-label", button.title);
  find(button, ".quality__label", HTMLElement).textContent = words;
}
