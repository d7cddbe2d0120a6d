/** A call runs in one tab of a browser: the latest. Works without the server. */

/** @param {string} slug @param {() => void} taken another tab has claimed it @param {AbortSignal} signal */
export function claimCall(slug, taken, signal) {
  const channel = new BroadcastChannel(`meeting-point/call/${slug}`);
  channel.addEventListener("message", taken, { signal });
  signal.addEventListener("abort", () => channel.close());
  channel.postMessage("taken");
}
