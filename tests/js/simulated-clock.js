/** Time that passes only when a test lets it, and chance that is the same each time. */

import { createHash } from "node:crypto";

const turn = setImmediate;
/** Modules keep timers across clocks. */
let numbers = 0;

/** Timers that fire only when the world runs, and everything else that would take real time. */
export class Clock {
  now = 0;
  #timers = new Map();
  #reading = 0;

  /** @param {import("node:test").TestContext} context */
  constructor(context) {
    const read = Blob.prototype.arrayBuffer;
    const clock = this;
    const repeat = (act, ms) => this.after(ms ?? 0, () => act(), true);
    const fakes = {
      setTimeout: (act, ms = 0, ...values) => this.after(ms, () => act(...values)),
      setInterval: repeat,
      clearTimeout: (timer) => this.#timers.delete(timer?.number),
      clearInterval: (timer) => this.#timers.delete(timer?.number),
    };
    for (const [name, fake] of Object.entries(fakes)) context.mock.method(globalThis, name, fake);
    context.mock.method(performance, "now", () => this.now);
    context.mock.method(crypto.subtle, "digest", async (_, bytes) => {
      return new Uint8Array(createHash("sha256").update(new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, bytes.byteLength)).digest()).buffer;
    });
    context.mock.method(Blob.prototype, "arrayBuffer", function () {
      clock.#reading += 1;
      return read.call(this).finally(() => (clock.#reading -= 1));
    });
  }

  after(ms, act, again = false) {
    numbers += 1;
    const timer = { number: numbers, at: this.now + Math.max(1, ms), ms: Math.max(1, ms), act, again, unref: () => timer };
    this.#timers.set(timer.number, timer);
    return timer;
  }

  /** Lets promises settle. */
  async settle() {
    do await new Promise((resolve) => turn(resolve)); while (this.#reading > 0);
  }

  async run(ms) {
    const end = this.now + ms;
    await this.settle();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.now = Math.max(this.now, next.at); // work takes time, too, where a test says so
      if (next.again) next.at += next.ms;
      else this.#timers.delete(next.number);
      next.act();
      await this.settle();
    }
    this.now = Math.max(this.now, end);
  }

  clear() {
    this.#timers.clear();
  }

  #next(end) {
    let first;
    for (const timer of this.#timers.values()) if (timer.at <= end && (!first || timer.at < first.at)) first = timer;
    return first;
  }
}

/** @param {number} seed @returns {(below: number) => number} */
export function randomFrom(seed) {
  let state = (seed * 2_654_435_761 + 1) % 2_147_483_647 || 1;
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below;
}
