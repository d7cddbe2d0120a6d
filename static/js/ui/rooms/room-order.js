/** Which room comes first, and which rooms a search finds. */

/** @typedef {{inside: number, knocks: number, open: boolean, lastUsed: number, created: number}} OrderedRoom lastUsed, created: s; 0: never */

/**
 * Rooms with people inside first, then those where someone knocks, then the open ones, the most recently used, and the newest.
 * @param {OrderedRoom} one @param {OrderedRoom} other
 */
export function compareRooms(one, other) {
  return (
    Number(other.inside > 0) - Number(one.inside > 0) ||
    Number(other.knocks > 0) - Number(one.knocks > 0) ||
    Number(other.open) - Number(one.open) ||
    other.lastUsed - one.lastUsed ||
    other.created - one.created
  );
}

/** Lower case, without accents, in single spaces. @param {string} text */
export function searchable(text) {
  const plain = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ß", "ss").replaceAll("ı", "i");
  return plain.normalize("NFKC").replace(/\s+/g, " ").trim();
}

/** Whether a text has all words of a search, or parts of words. @param {string} query @param {string} text */
export function matches(query, text) {
  const found = searchable(text);
  return searchable(query).split(" ").every((word) => found.includes(word));
}
