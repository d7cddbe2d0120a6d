/** An element has made an invite. */

import { ElementEvent } from "../../lib/element-event.js";

/** @import { Listing } from "./invite-list.js" */

/** @type {ElementEvent<Listing>} the room's links; fires once the new one is shown */
export const inviteMade = new ElementEvent("invite-made");
