/** Loads the small window when a call has begun: it is not needed for the first picture. */

/** @import { RunningCall } from "../running/running-call.js" */

/** Without it the call has no such button. @param {RunningCall["shown"]} shown @param {AbortSignal} signal ends with the call */
export async function offerSmallWindow(shown, signal) {
  const loaded = await import("./small-window.js").catch(() => null);
  if (loaded && !signal.aborted) new loaded.SmallWindow(shown, signal);
}
