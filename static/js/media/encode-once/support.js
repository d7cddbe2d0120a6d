/** Whether this browser encodes once, and whether the person wants it. */

import { browserStorage } from "../../lib/storage.js";
import { thisBrowser } from "../adaptation/browser-differences.js";

/** With fewer others there is nothing to share. */
export const MIN_OTHERS = 2;
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
