import { ElementEvent } from "../../lib/element-event.js";

/** @typedef {"active" | "used_up" | "expired" | "revoked"} InviteState */
/** @typedef {{id: number, label: string, role: string, state: InviteState, uses: number, maxUses: number | null, expiresAt: number, revokeUrl: string}} Invite */
/** @typedef {{now: number, invites: Invite[]}} Listing now: the server's clock, ms since the epoch, as `expiresAt` */

/** @type {ElementEvent<Listing>} an element created an invite link and shows it; detail: all links of the room */
export const inviteMade = new ElementEvent("invite-made");

/** @type {ElementEvent<Listing>} a link was revoked on this page; detail: all links of the room */
export const inviteRevoked = new ElementEvent("invite-revoked");
