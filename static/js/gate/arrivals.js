/** Lets tabs arrive no faster than their person may. Who must wait is not shut out: the newest word about them follows. */

/** @import { Gate } from "./gate.js" */
/** @typedef {{act: () => void, timer: ReturnType<typeof setTimeout>}} Waiting */

/** Tabs that may wait at once; beyond, the one that waits longest gives way. */
const MAX_WAITING = 64;

export class Arrivals {
  #gate;
  /** By pid. @type {Map<string, Waiting>} */
  #waiting = new Map();

  /** @param {Gate} gate @param {AbortSignal} signal */
  constructor(gate, signal) {
    this.#gate = gate;
    signal.addEventListener("abort", () => this.clear());
  }

  /** A tab joined, or rejoined. @param {{pid: string, member: string}} peer @param {() => void} act now, or when its turn comes */
  admit({ pid, member }, act) {
    this.#gate.introduce(pid, member);
    const waiting = this.#waiting.get(pid);
    if (waiting) waiting.act = act;
    else if (this.#gate.spend(pid, { arrivals: 1 })) act();
    else this.#wait(pid, act);
  }

  /** They left. @param {string} pid */
  forget(pid) {
    clearTimeout(this.#waiting.get(pid)?.timer);
    this.#waiting.delete(pid);
  }

  /** A roster says who is here: no one has to wait any longer. */
  clear() {
    for (const pid of [...this.#waiting.keys()]) this.forget(pid);
  }

  /** @param {string} pid @param {() => void} act */
  #wait(pid, act) {
    if (this.#waiting.size >= MAX_WAITING) this.forget(/** @type {string} */ (this.#waiting.keys().next().value));
    const retry = () => {
      const waiting = /** @type {Waiting} */ (this.#waiting.get(pid));
      this.#waiting.delete(pid);
      if (this.#gate.spend(pid, { arrivals: 1 })) waiting.act();
      else this.#wait(pid, waiting.act);
    };
    this.#waiting.set(pid, { act, timer: setTimeout(retry, Math.max(1, Math.ceil(this.#gate.wait(pid, "arrivals")))) });
  }
}
