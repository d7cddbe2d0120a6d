/**
 * Round trips of small messages beside the call's packets. Browsers measure theirs every second or two, which is late for a transfer
 * that has just filled the line.
 */

/** @import { Topic } from "../../gate/topic.js" */
/** @typedef {{n: number, back: boolean}} Echo n: of the one who asks; back: the answer */

/** Questions that may be open; later answers are too late to count. */
const MAX_OPEN = 64;

export class Echoes {
  #topic;
  #n = 0;
  /** Open questions, with the time of each. @type {Map<number, {pid: string, at: number}>} */
  #open = new Map();

  /** @param {Topic<Echo>} topic @param {(pid: string, ms: number) => void} measured @param {AbortSignal} signal */
  constructor(topic, measured, signal) {
    this.#topic = topic;
    topic.on("message", ({ pid, message: { n, back } }) => {
      if (!back) return void topic.send(pid, { n, back: true });
      const asked = this.#open.get(n);
      if (asked?.pid !== pid) return;
      this.#open.delete(n);
      measured(pid, performance.now() - asked.at);
    }, { signal });
  }

  /** @param {string} pid */
  ask(pid) {
    this.#n += 1;
    this.#open.set(this.#n, { pid, at: performance.now() });
    this.#open.delete(this.#n - MAX_OPEN);
    this.#topic.send(pid, { n: this.#n, back: false });
  }
}
