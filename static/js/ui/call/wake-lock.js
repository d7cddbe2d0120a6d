/** Keeps the screen on during a call, in browsers that can. */

/** Requests the lock again when the tab is visible again: hiding it releases the lock. @param {AbortSignal} signal */
export function holdWakeLock(signal) {
  if (!("wakeLock" in navigator)) return;
  /** @type {WakeLockSentinel | null} */
  let lock = null;
  const requestLock = async () => {
    if (document.visibilityState !== "visible" || signal.aborted) return;
    try {
      lock = await navigator.wakeLock.request("screen");
      if (signal.aborted) await lock.release();
    } catch {
      // Denied, for instance on low battery: the screen may dim.
    }
  };
  document.addEventListener("visibilitychange", requestLock, { signal });
  signal.addEventListener("abort", () => void lock?.release());
  void requestLock();
}
