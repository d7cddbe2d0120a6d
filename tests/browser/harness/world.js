/** A world in one page: stories of people with a mesh each. For tests only. */

import { makeIdentity } from "/static/js/keys/identity.js";
import { makePid } from "./meeting-place.js";
import { meetings } from "./meetings.js";
import { negotiations } from "./negotiations.js";
import { refusals } from "./refusals.js";

globalThis.world = { ...meetings, ...negotiations, ...refusals, makeIdentity, makePid };
