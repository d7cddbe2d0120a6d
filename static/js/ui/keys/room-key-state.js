import { byId, find, hasText, text } from "../lib/page.js";

/** @import { KeyState } from "../../keys/held-room-key.js" */

/**
 * Shows what is wrong with the room key in this browser, if anything.
 * @param {KeyState} state @param {boolean} canInvite whether to suggest creating a link instead of asking for one
 */
export function showKeyState(state, canInvite) {
  const notice = byId("key-problem", HTMLElement);
  notice.hidden = state === "fits" || state === "lobby";
  if (notice.hidden) return;
  find(notice, "h2", HTMLElement).textContent = text(`key.${state}.title`);
  const own = `key.${state}.text.own`;
  find(notice, "p", HTMLElement).textContent = text(canInvite && hasText(own) ? own : `key.${state}.text`);
}
