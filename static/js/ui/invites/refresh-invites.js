/** Lets what creates links on a page follow the room. */

import { InviteForm } from "./invite-form.js";
import { InviteLink } from "./invite-link.js";

/** @param {{epoch?: number, joinRule?: string}} room what has changed */
export function refreshInvites(room) {
  for (const element of document.querySelectorAll("mp-invite-form, mp-invite-link")) {
    if (element instanceof InviteForm) void element.refresh(room.epoch);
    if (element instanceof InviteLink) void element.refresh(room);
  }
}
