/** At the latest, ms: a page that is never idle gets what waits, too. */
const LATEST = 2_000;

/** Waits until the page has nothing else to do, such as showing the first picture of a call. @returns {Promise<void>} */
export function idle() {
  return new Promise((resolve) => {
    // Safari has no requestIdleCallback.
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => resolve(), { timeout: LATEST });
    else setTimeout(resolve, LATEST / 4);
  });
}
