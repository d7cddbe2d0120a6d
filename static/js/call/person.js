/** A person in a call. */

/** @import { Recognised } from "../keys/kept/recognition.js" */
/** @import { Safety } from "../keys/safety-codes.js" */
/** @import { CaptureState } from "./captures.js" */
/** @import { Quality } from "../media/playback/quality.js" */
/** @import { Symptom } from "../media/playback/stalled-media.js" */
/** @import { PathWhy } from "../peer/ice/ice-path.js" */
/** @import { Lateness } from "./connection-timeout.js" */

/** @typedef {{name: string, muted: boolean, camera: boolean}} Presence a person's name and what they send */

/**
 * @typedef {object} Person
 * @property {string} pid @property {string} role @property {string} name @property {boolean} muted @property {boolean} camera
 * @property {boolean} self
 * @property {CaptureState} [capture] what their devices lack; missing: nothing
 * @property {string} member the membership: equal for two tabs of one person
 * @property {string} state connecting, connected, interrupted, failed, refused or self
 * @property {string} [reason] why they are refused
 * @property {Lateness} [late] why connecting takes long
 * @property {boolean} [locked] whether they have proved that they hold the room's key
 * @property {Safety} [safety] the safety code with them
 * @property {Recognised} [device] whether this browser knows their device
 * @property {string} [route] direct or relay
 * @property {number} [hand] the position among raised hands, from 1; 0 or missing: not raised
 * @property {boolean} [onlyHand] no other hand is raised
 * @property {string} [protocol] udp, tcp or tls
 * @property {PathWhy} [path] why ICE chose this path
 * @property {Symptom | ""} [missing] what they send and does not arrive here
 * @property {Quality} [quality] how good the connection is; missing before it is known
 * @property {boolean} [silenced] may not use the microphone, as a host has said
 * @property {boolean} [pinned] kept large on this page
 * @property {number} [volume] in percent, on this page only; missing: 100
 * @property {{muted: boolean, camera: boolean}} [said] by themselves on the connection: newer than a hello, which the server may bring later
 * @property {boolean} [mutedLocally] muted on this page only
 */

export {};
