/** A chat as a plain text. Lines within a message are indented, so that no message can pretend to be two. */

/** @import { Entry } from "./log.js" */
/** @import { Picture } from "./messages.js" */

/**
 * @typedef {object} Words in the language of the page
 * @property {(at: Date) => string} time @property {(entry: Entry) => string} author
 * @property {(entry: Entry) => string} marks private, changed, forwarded; empty: none
 * @property {(picture: Picture) => string} picture @property {string} deleted
 */

/** @param {readonly Entry[]} entries @param {string} title @param {Words} words @returns {string} ends with a line break */
export function writeTranscript(entries, title, words) {
  const lines = entries.map((entry) => {
    const marks = words.marks(entry);
    const content = entry.deleted ? [words.deleted] : [...entry.text.split("\n").filter(Boolean), ...entry.pictures.map(words.picture)];
    return `${words.time(new Date(entry.time))} ${oneLine(words.author(entry))}${marks && ` (${oneLine(marks)})`}: ${content.join("\n    ")}`;
  });
  return `${[oneLine(title), "", ...lines].join("\n")}\n`;
}

/** @param {string} text */
function oneLine(text) {
  return text.replace(/\s+/g, " ");
}
