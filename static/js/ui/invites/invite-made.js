import { ElementEvent } from "../../lib/element-event.js";

/** @import { Listing } from "./invite-list.js" */

/** @type {ElementEvent<Listing>} an element created an invite link and shows it; detail: all links of the room */
export const inviteMade = new ElementEvent("invite-made");
