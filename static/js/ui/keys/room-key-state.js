/** Says whether this browser's key fits the room. */

import { byId, find, hasText, text } from "../lib/page.js";

/** @import { KeyState } from "../../keys/held-room-key.js" */

/**
 * Says what is wrong, or nothing.
 * @param {KeyState} state
 * @param {boolean} canInvite whoever may make links is told to make one, the others to ask
 */
export function showKeyState(state, canInvite) {
  const notice = byId("key-problem", HTMLElement);
  notice.hidden = state === "fits" || state === "lobby";
  if (notice.hidden) return;
  find(notice, "h2", HTMLElement).textContent = text(`key.${state}.title`);
  const own = `key.${state}.text.own`;
  find(notice, "p", HTMLElement).textContent = text(canInvite && hasText(own) ? own : `key.${state}.text`);
}
