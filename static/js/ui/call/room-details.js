/** What the page says about its room: all of it at once where the page did not know the room when it was loaded. */

import { formatNames } from "../lib/formats.js";
import { byId, text } from "../lib/page.js";
import { showInTitle } from "../lib/page-title.js";

/** @import { Inside } from "../../call/invitation.js" */
/** @import { CallPageData } from "../lib/page.js" */

/** @param {string} name */
export function showRoomName(name) {
  showInTitle({ room: name });
  for (const place of document.querySelectorAll("[data-shows=room-name]")) place.textContent = name;
}

/** @param {CallPageData} page */
export function showRoom({ roomName, epoch, reportUrl }) {
  showRoomName(roomName);
  const trust = epoch > 0 ? "key" : "server";
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-room-trust]"))) {
    place.dataset.roomTrust = trust;
    place.hidden = false;
    for (const badge of /** @type {NodeListOf<HTMLElement>} */ (place.querySelectorAll("[data-trust]"))) badge.hidden = badge.dataset.trust !== trust;
  }
  for (const link of document.querySelectorAll("[data-link=report]")) link.setAttribute("href", reportUrl);
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("[data-link=sign-in]"))) {
    link.search = `?next=${encodeURIComponent(location.pathname)}`;
  }
}

/** Says before the call who is in it. @param {Inside | null} inside null: not for this person to know yet */
export function showInside(inside) {
  const place = byId("inside", HTMLElement);
  place.hidden = inside === null;
  if (inside !== null) place.textContent = describeInside(inside);
}

/** @param {Inside} inside @returns {string} */
export function describeInside({ count, names }) {
  const others = count - names.length;
  if (count <= 0) return text("inside.none");
  if (names.length === 0) return text(others === 1 ? "inside.one" : "inside.many", { count: others });
  const more = others > 0 ? [text(others === 1 ? "inside.other.one" : "inside.other.many", { count: others })] : [];
  return text(count === 1 ? "inside.named.one" : "inside.named.many", { names: formatNames([...names, ...more]) });
}
