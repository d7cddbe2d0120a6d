/**
 * What was decided about the media to somebody, in words: for the person who looks at a tile, and for the receiver, who
 * is told (topic `sending`) when it changes. Read where it arrives, like all that comes from a peer.
 */

import { RUNGS, SNAPSHOTS } from "./ladder.js";

/** @import { State } from "./decision.js" */
/** @import { Codec } from "./ladder.js" */

/**
 * Why it is not more, seen from the sender: everything is sent; the tile is small; nobody looks; the camera is off; the
 * line between the two, or the sender's whole uplink, is thin; it loses much; the sender's or the receiver's processor
 * is busy; the sender or the receiver saves data; nothing was measured yet.
 * @typedef {"full" | "small-tile" | "hidden" | "no-camera" | "our-uplink" | "loss" | "our-processor" | "their-processor" | "saver" | "their-saver" | "starting"} LimitationReason
 */

/**
 * @typedef {object} SendingStatus
 * @property {"moving" | "stills" | "none"} picture
 * @property {string} rung a name of the ladder, "720p" to "audio"
 * @property {Codec | null} codec null: there is no moving picture
 * @property {LimitationReason} why it is not more
 * @property {boolean} longPackets sound in packets of 60 ms
 * @property {boolean} twice sound sent twice
 */

/** @type {readonly string[]} */
const REASONS = [
  ...["full", "small-tile", "hidden", "no-camera", "our-uplink", "loss"],
  ...["our-processor", "their-processor", "saver", "their-saver", "starting"],
];
const CODECS = ["AV1", "VP9", "VP8", "H264"];
const PICTURES = ["moving", "stills", "none"];

/** @param {Readonly<State>} state @returns {SendingStatus} */
export function sendingStatus({ active, rung, codec, why, longPackets, redundant }) {
  const stills = rung === SNAPSHOTS && why !== "hidden" && why !== "no-camera";
  const picture = active ? "moving" : stills ? "stills" : "none";
  return { picture, rung: RUNGS[rung].name, codec: active ? codec : null, why, longPackets, twice: redundant };
}

/**
 * Reads what a peer says of what it sends.
 * @param {unknown} payload
 * @returns {SendingStatus | null} null when anything about it is out of bounds
 */
export function readSendingStatus(payload) {
  if (typeof payload !== "object" || payload === null) return null;
  const { picture, rung, codec, why, longPackets, twice } = /** @type {Record<string, any>} */ (payload);
  const named = PICTURES.includes(picture) && RUNGS.some(({ name }) => name === rung) && REASONS.includes(why);
  const coded = codec === null || CODECS.includes(codec);
  if (!named || !coded || typeof longPackets !== "boolean" || typeof twice !== "boolean") return null;
  return { picture, rung, codec, why, longPackets, twice };
}
