/** What follows from the names of people. */

import { looksLike } from "../../lib/same-name.js";

/** @typedef {{member: string, name: string, state: string}} Who */

/** Whether another member has the same name, or one that looks the same. @param {Who} person @param {readonly Who[]} people @returns {boolean} */
export function sharesName(person, people) {
  return people.some(({ member, name, state }) => member !== person.member && state !== "refused" && looksLike(name, person.name));
}

/** @param {string} name @returns {string} at most two letters; for a name without letters or digits, its first character as people count */
export function initials(name) {
  const words = name.split(/[\s-]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const ends = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  const letters = ends.map((word) => [...(word ?? "")].find((letter) => /[\p{L}\p{N}]/u.test(letter)) ?? "");
  return letters.join("").toUpperCase() || firstCharacter(name.trim()) || "?";
}

/** An emoji can be many code points. Older browsers take its first one. @param {string} name */
function firstCharacter(name) {
  if (!("Segmenter" in Intl)) return [...name][0];
  return new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(name).containing(0)?.segment;
}
