/** Shows the hosts in a call that a person could not join, and why, so that they can send a link that works. */

import { refreshInvites } from "../invites/later-invites.js";
import { openDialog } from "../lib/dialog.js";
import { byId, text } from "../lib/page.js";
import { toast } from "../lib/toasts.js";

/** @import { SignalingSocket } from "../../signaling/socket.js" */

/** A new link does not help against these. */
const NOT_BY_LINK = ["locked", "room_full", "unanswered"];

/** @param {SignalingSocket} socket @param {AbortSignal} signal */
export function showTurnedAway(socket, signal) {
  socket.on("turned-away", ({ reason, label }) => {
    // Perhaps it was the link that this page offers.
    void refreshInvites({});
    const why = text(`turned-away.${reason}`);
    const message = label ? text("turned-away.labelled", { label, why }) : text("turned-away.someone", { why });
    const action = { label: text("turned-away.invite"), run: () => openDialog(byId("invite-dialog", HTMLDialogElement)) };
    toast(message, NOT_BY_LINK.includes(reason) ? undefined : action, `turned-away ${reason} ${label}`);
  }, { signal });
}
