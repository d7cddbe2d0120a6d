/** Loads the small window when a call has begun: it is not needed for the first picture. */

/** @import { Call } from "./small-window.js" */

/** Without it the call has no such button. @param {Call} shown @param {AbortSignal} signal ends with the call */
export async function offerSmallWindow(shown, signal) {
  const loaded = await import("./small-window.js").catch(() => null);
  if (loaded && !signal.aborted) new loaded.SmallWindow(shown, signal);
}
