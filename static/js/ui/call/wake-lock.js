/** Keeps the screen on during a call, where the browser can. */

/**
 * Holds a wake lock until the signal is aborted. Browsers release it when the tab is hidden, so it is asked for again.
 * @param {AbortSignal} signal
 */
export function holdWakeLock(signal) {
  if (!("wakeLock" in navigator)) return;
  /** @type {WakeLockSentinel | null} */
  let lock = null;
  const ask = async () => {
    if (document.visibilityState !== "visible" || signal.aborted) return;
    try {
      lock = await navigator.wakeLock.request("screen");
      if (signal.aborted) await lock.release();
    } catch {
      // Refused, for instance by a low battery: the call goes on, the screen may dim.
    }
  };
  document.addEventListener("visibilitychange", ask, { signal });
  signal.addEventListener("abort", () => void lock?.release());
  void ask();
}
