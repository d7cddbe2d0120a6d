/** Whether this browser encodes once, and whether the person wants it. */

import { browserStorage } from "../../lib/storage.js";
import { thisBrowser } from "../adaptation/browser-differences.js";

/** With fewer others there is nothing to share. */
export const MIN_OTHERS = 2;
const STORAGE_KEY = "meeting-point.encode-once";
/** Streams of frames, an encoder for them, and transforms of senders in a worker: Chromium has all of them. */
const PARTS = ["MediaStreamTrackProcessor", "MediaStreamTrackGenerator", "VideoEncoder", "RTCRtpScriptTransform"];

/** Phones turn their pictures by what they say of a frame, which an encoder of one's own does not pass on. */
export function canEncodeOnce() {
  return PARTS.every((name) => name in globalThis) && !thisBrowser().mobile;
}

/** Only by choice: on a machine with two cores, a call of four was no better for it. See docs/media.md. */
export function wantsEncodeOnce() {
  return browserStorage.load(STORAGE_KEY) === "on";
}

/** @param {boolean} wanted */
export function saveEncodeOnce(wanted) {
  browserStorage.save(STORAGE_KEY, wanted ? "on" : null);
}
