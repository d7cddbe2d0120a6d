/** A call runs in one tab of a browser: the latest. Works without the server. */

import { openTabChannel } from "../lib/storage.js";

/** @param {string} slug @param {() => void} taken another tab has claimed it @param {AbortSignal} signal */
export function claimCall(slug, taken, signal) {
  const channel = openTabChannel(`meeting-point/call/${slug}`);
  if (channel === null) return;
  channel.addEventListener("message", taken, { signal });
  signal.addEventListener("abort", () => channel.close());
  channel.postMessage("taken");
}
