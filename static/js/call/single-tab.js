/**
 * A person is in a call in one tab of a browser: the tab that came last has it, and the one before ends. It needs no
 * server, so the call moves at once, and works while the server is away.
 */

/**
 * Takes the call of a room into this tab, and tells when another tab takes it.
 * @param {string} slug
 * @param {() => void} taken
 * @param {AbortSignal} signal when the call is over
 */
export function claimCall(slug, taken, signal) {
  // Only pages of this origin, in this browser profile, hear it.
  const channel = new BroadcastChannel(`meeting-point/call/${slug}`);
  channel.addEventListener("message", taken, { signal });
  signal.addEventListener("abort", () => channel.close());
  channel.postMessage("taken");
}
