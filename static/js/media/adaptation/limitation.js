/** The sending status: the decision for a peer, for this person to see and for the receiver (topic `sending`). */

import { RUNGS, SNAPSHOTS } from "./ladder.js";

/** @import { LimitationReason, State } from "./state.js" */
/** @import { Codec } from "./ladder.js" */


/**
 * @typedef {{picture: "moving" | "stills" | "none", rung: string, codec: Codec | null, why: LimitationReason,
 *   longPackets: boolean, twice: boolean, music: boolean}} SendingStatus rung: "720p" to "audio"; codec: null: no video;
 *   longPackets: of 60 ms; twice: redundant audio; music: stereo at a high rate
 */

/** Less than this, in px and frames a second, and the camera itself is the limit. */
const FULL_HEIGHT = 700;
const FULL_FPS = 20;

/** @type {readonly string[]} */
const REASONS = [
  ...["full", "small-tile", "hidden", "no-camera", "our-uplink", "loss"],
  ...["our-processor", "their-processor", "saver", "their-saver", "many-people", "starting"],
];
const CODECS = ["AV1", "VP9", "VP8", "H264"];
const PICTURES = ["moving", "stills", "none"];

/** @param {Readonly<State>} state @returns {SendingStatus} */
export function sendingStatus({ active, rung, codec, why, longPackets, redundant }) {
  const stills = rung === SNAPSHOTS && why !== "hidden" && why !== "no-camera";
  const picture = active ? "moving" : stills ? "stills" : "none";
  return { picture, rung: RUNGS[rung].name, codec: active ? codec : null, why, longPackets, twice: redundant, music: false };
}

/**
 * What limits a picture: its sender's reason, or the camera where nothing else does.
 * @param {SendingStatus} status @param {{height: number, fps: number}} measured px, 0: not yet @returns {LimitationReason | "camera"}
 */
export function limitOf({ why, picture }, { height, fps }) {
  const small = height > 0 && fps > 0 && (height < FULL_HEIGHT || fps < FULL_FPS);
  return why === "full" && picture === "moving" && small ? "camera" : why;
}

/** @param {unknown} payload without `music` from a page of before there was any @returns {SendingStatus | null} null when anything about it is out of bounds */
export function readSendingStatus(payload) {
  if (typeof payload !== "object" || payload === null) return null;
  const { picture, rung, codec, why, longPackets, twice, music = false } = /** @type {Record<string, any>} */ (payload);
  const named = PICTURES.includes(picture) && RUNGS.some(({ name }) => name === rung) && REASONS.includes(why);
  const coded = codec === null || CODECS.includes(codec);
  if (!named || !coded || typeof longPackets !== "boolean" || typeof twice !== "boolean" || typeof music !== "boolean") return null;
  return { picture, rung, codec, why, longPackets, twice, music };
}
