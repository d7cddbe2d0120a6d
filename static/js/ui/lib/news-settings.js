/** Which news of a call a person gets, and with a sound or without: it stays in this browser. */

import { StoredSettings } from "../../lib/stored-settings.js";

/** people: who comes and leaves. @typedef {"people" | "messages" | "knocks"} News */
/** auto: with a sound in small calls; sound: always; notice: shown and said only; none: neither. @typedef {"auto" | "sound" | "notice" | "none"} Manner */

/** In larger calls a sound for each would disturb more than it helps. */
export const SMALL_CALL = 6;

/** @type {StoredSettings<Record<News, string>>} */
export const newsSettings = new StoredSettings("meeting-point.news", { people: "auto", messages: "auto", knocks: "auto" });

/** @param {News} news @returns {boolean} whether to show it, and say it to screen readers */
export function isShown(news) {
  return newsSettings.value[news] !== "none";
}

/** A knock waits for an answer: automatically it rings in calls of any size. @param {News} news @param {number} people in the call @returns {boolean} */
export function hasSound(news, people) {
  const manner = newsSettings.value[news];
  return manner === "sound" || (manner === "auto" && (news === "knocks" || people <= SMALL_CALL));
}
