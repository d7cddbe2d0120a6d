/** Whether this browser encodes once, and whether the person wants it. */

import { browserStorage } from "../../lib/storage.js";
import { thisBrowser } from "../adaptation/browser-differences.js";

/** @import { Codec } from "../adaptation/ladder.js" */

/** With fewer others there is nothing to share. */
export const MIN_OTHERS = 2;
/** Every browser decodes it, and it is quick: what connections share unless it needs more than their lines have. @type {Codec} */
export const COMMON_CODEC = "VP8";
const STORAGE_KEY = "meeting-point.encode-once";
/** Tracks of frames that are made here, and transforms of senders in a worker: Chromium has both. */
const PARTS = ["MediaStreamTrackGenerator", "RTCRtpScriptTransform"];

/** Phones turn their pictures by what they say of a frame, which an encoder of one's own does not pass on. */
export function canEncodeOnce() {
  return PARTS.every((name) => name in globalThis) && !thisBrowser().mobile;
}

/** Unless the person has switched it off. */
export function wantsEncodeOnce() {
  return browserStorage.load(STORAGE_KEY) !== "off";
}

/** @param {boolean} wanted */
export function saveEncodeOnce(wanted) {
  browserStorage.save(STORAGE_KEY, wanted ? null : "off");
}
