/**
 * How people's names show.
 *
 * @module
 */

import { text } from "../lib/page.js";

/** @typedef {{name: string, muted: boolean, camera: boolean}} Presence who somebody is and what they send */

/**
 * Takes up to two initials.
 *
 * @param {string} name
 * @returns {string}
 */
export function initials(name) {
  const words = name.split(/[\s-]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const ends = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  const letters = ends.map((word) => [...(word ?? "")].find((letter) => /[\p{L}\p{N}]/u.test(letter)) ?? "");
  return letters.join("").toUpperCase() || "?";
}

/**
 * Gives somebody without a name a word to be called by.
 *
 * @param {string} name cleaned (peer/hello.js)
 * @returns {string}
 */
export function called(name) {
  return name || text("nameless");
}
