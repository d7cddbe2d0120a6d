/** The quality mark of a tile: bars, a label and the reason. It opens the details. */

import { find, hasText, text } from "../lib/page.js";

/** @import { Person } from "../../call/person.js" */
/** @import { Quality } from "../../media/playback/quality.js" */

/** @param {Quality} quality @param {string} name whose connection it is @returns {string} empty: show no mark */
export function qualityText({ level, reason }, name) {
  return reason ? text(`quality.${reason}`, { name }) : level === "none" ? "" : text(`quality.${level}`);
}

/** @param {HTMLButtonElement} button `.quality` of a tile @param {Person} person */
export function showQuality(button, person) {
  const { pid, name, self, state, quality } = person;
  const label = quality && state !== "refused" ? qualityText(quality, name) : "";
  button.hidden = label === "";
  if (!quality || label === "") return;
  button.dataset.pid = pid;
  button.dataset.level = quality.level;
  button.dataset.reason = quality.reason;
  const level = text(`quality.${quality.level}`);
  const description = quality.reason && quality.level !== "none" ? text("quality.both", { level, reason: label }) : label;
  button.title = self ? text("quality.open.own", { words: description }) : text("quality.open", { name, words: description });
  button.setAttribute("aria-label", button.title);
  find(button, ".quality__label", HTMLElement).textContent = hasText(`mark.${quality.reason}`) ? text(`mark.${quality.reason}`) : label;
}
