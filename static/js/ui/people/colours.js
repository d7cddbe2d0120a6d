/**
 * A colour for each person, which tells people apart where there is no picture. It follows from the membership, so it is the same
 * for all who look, and stays when the person comes again or changes their name.
 */

/** Degrees in OKLCH, far enough apart to tell people apart. */
export const HUES = Object.freeze(Array.from({ length: 18 }, (_, at) => at * 20));

/** @param {{member: string, pid: string}} person @returns {number} degrees */
export function hueOf({ member, pid }) {
  let hash = 0x811c9dc5;
  for (const letter of member || pid) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  // The high bits of FNV-1a are mixed best.
  return /** @type {number} */ (HUES[(hash >>> 8) % HUES.length]);
}

/** @param {HTMLElement} avatar @param {{member: string, pid: string}} person */
export function showColour(avatar, person) {
  avatar.style.setProperty("--hue", String(hueOf(person)));
}
