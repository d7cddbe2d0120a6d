/** Locks that all tabs of this browser share (Web Locks API). A tab that is closed or killed loses its own. */

export class TabLocks {
  /** Whether the browser has them. */
  get work() {
    return Boolean(globalThis.navigator?.locks);
  }

  /**
   * @param {string} name @param {number} [waitMs] for another holder to release it
   * @returns {Promise<(() => Promise<void>) | null>} releases it; null: another holder, in this tab or another one, has it
   */
  hold(name, waitMs = 0) {
    return new Promise((resolve) => {
      const options = waitMs > 0 ? { signal: AbortSignal.timeout(waitMs) } : { ifAvailable: true };
      const released = navigator.locks.request(name, options, (lock) => {
        if (lock === null) return resolve(null);
        return new Promise((release) => {
          resolve(() => {
            release(undefined);
            return released.then(() => {}, () => {});
          });
        });
      });
      released.catch(() => resolve(null));
    });
  }

  /** @param {string} name @returns {Promise<void>} when its holder has released it, or its tab is gone */
  async whenFree(name) {
    await navigator.locks.request(name, { mode: "shared" }, () => {});
  }

  /**
   * Uses a lock for as long as `signal` lasts, and again after another tab has taken it away. Without locks it is used at once.
   * @param {string} name @param {{steal: boolean, signal: AbortSignal}} options steal: takes it from another tab, once
   * @param {(held: AbortSignal) => void} use held: aborted when the lock is lost
   */
  async keep(name, { steal, signal }, use) {
    if (!this.work) return use(signal);
    for (let first = true; !signal.aborted; first = false) {
      const life = new AbortController();
      const hold = () => {
        use(life.signal);
        return new Promise((release) => signal.addEventListener("abort", release));
      };
      // A request that steals cannot be given a signal; it is granted at once.
      const options = steal && first ? { steal: true } : { signal };
      try {
        await navigator.locks.request(name, options, hold);
      } catch (error) {
        if (/** @type {DOMException} */ (error).name !== "AbortError") return;
      } finally {
        life.abort();
      }
    }
  }

  /** @returns {Promise<Set<string>>} the names of all that are held */
  async held() {
    const { held = [] } = await navigator.locks.query();
    return new Set(held.map(({ name = "" }) => name));
  }
}
