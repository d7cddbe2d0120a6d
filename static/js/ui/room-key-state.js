/**
 * Whether this browser's key fits the room.
 *
 * @module
 */

import { loadRoomKey } from "../keys/key-store.js";
import { byId, find, hasText, text } from "./page-data.js";

/** @typedef {"fits" | "none" | "old" | "downgrade" | "storage"} KeyState */

/**
 * Compares the epoch that this browser holds with the one that the server names (0: a room without a key).
 *
 * @param {string} slug
 * @param {number} epoch
 * @returns {Promise<KeyState>} downgrade: the server names a lower epoch than we hold, which must never be followed;
 *   storage: this browser does not keep keys
 */
export async function roomKeyState(slug, epoch) {
  let held;
  try {
    held = (await loadRoomKey(slug))?.epoch ?? 0;
  } catch {
    return epoch === 0 ? "fits" : "storage";
  }
  if (held === epoch) return "fits";
  if (held > epoch) return "downgrade";
  return held === 0 ? "none" : "old";
}

/**
 * Says what is wrong, or nothing.
 *
 * @param {KeyState} state
 * @param {boolean} mayInvite whoever may make links is told to make one, the others to ask
 */
export function showKeyState(state, mayInvite) {
  const notice = byId("key-problem", HTMLElement);
  notice.hidden = state === "fits";
  if (state === "fits") return;
  find(notice, "h2", HTMLElement).textContent = text(`key.${state}.title`);
  const own = `key.${state}.text.own`;
  find(notice, "p", HTMLElement).textContent = text(mayInvite && hasText(own) ? own : `key.${state}.text`);
}

/**
 * Shows which of the labels the room has.
 *
 * @param {number} epoch
 */
export function showTrust(epoch) {
  for (const badge of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".trust"))) {
    badge.textContent = text(epoch > 0 ? "trust.key" : "trust.keyless");
    badge.classList.toggle("badge--warn", epoch === 0);
    badge.title = text(epoch > 0 ? "trust.key.why" : "trust.keyless.why");
  }
}
