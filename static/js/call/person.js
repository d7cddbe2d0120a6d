/** A person in a call, as everything that shows them needs it. */

import { text } from "../ui/lib/page.js";

/** @import { Safety } from "../keys/safety-codes.js" */
/** @import { Quality } from "../media/playback/quality.js" */
/** @import { PathWhy } from "../peer/ice/ice-path.js" */
/** @import { Lateness } from "./connection-timeout.js" */

/** @typedef {{name: string, muted: boolean, camera: boolean}} Presence who somebody is and what they send */

/**
 * @typedef {object} Person
 * @property {string} pid
 * @property {string} member the membership: equal for two tabs of one person
 * @property {string} role
 * @property {string} name
 * @property {boolean} muted
 * @property {boolean} camera
 * @property {boolean} self
 * @property {string} state connecting, connected, interrupted, failed, refused or self
 * @property {string} [reason] why they are refused
 * @property {Lateness} [late] why a connection takes longer than it should
 * @property {boolean} [locked] whether they have proved that they hold the room's key
 * @property {Safety} [safety] the safety code with them
 * @property {string} [route] direct or relay
 * @property {number} [hand] whose turn it is among those with a raised hand, from 1; 0 or missing: it is not up
 * @property {string} [protocol] udp, tcp or tls
 * @property {PathWhy} [path] why the connection takes this way
 * @property {Quality} [quality] how good the connection is; missing before it is known
 * @property {boolean} [pinned] whether one keeps them large
 * @property {boolean} [mutedLocally] whether one does not want to hear them
 */

/**
 * Gives somebody without a name a word to be called by.
 * @param {string} name cleaned (peer/hello.js)
 * @returns {string}
 */
export function displayName(name) {
  return name || text("nameless");
}
