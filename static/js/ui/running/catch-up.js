/**
 * For a part of the page that is loaded later: what emitters have emitted before, so that the listeners it adds see it, too.
 * Of each event the latest about each peer is kept, which is what is true now; not those of peers who have gone.
 */

import { Emitter } from "../../lib/emitter.js";

/** @import { Handler, Observed } from "../../lib/emitter.js" */
/** @typedef {{emitter: Observed, type: string, subject: string, detail: unknown}} Kept */

/** Many times what a full call needs: strangers who come and go do not fill the memory. */
const MAX_EVENTS = 2_000;
/** After these, nothing earlier of their emitter about the peer counts. */
const GONE = ["peer-removed", "person-removed"];

export class CatchUp {
  #emitters;
  /** By emitter, name and peer; the latest last. @type {Map<string, Kept>} */
  #events = new Map();
  /** New listeners, while the part sets itself up. @type {Map<Observed, Emitter<any>> | null} */
  #late = null;

  /** Begins to keep events. @param {Observed[]} emitters each has one `CatchUp` at a time */
  constructor(emitters) {
    this.#emitters = emitters;
    for (const emitter of emitters) emitter.observer = this;
  }

  /** Ends with it: the listeners that `setUp` adds get what was kept, in the order in which it was emitted. @param {() => void} setUp */
  finish(setUp) {
    const late = (this.#late = new Map(this.#emitters.map((emitter) => [emitter, new Emitter()])));
    try {
      setUp();
    } finally {
      this.stop();
    }
    for (const { emitter, type, detail } of this.#events.values()) late.get(emitter)?.emit(type, detail);
    this.#events.clear();
  }

  /** Keeps nothing more. */
  stop() {
    this.#late = null;
    for (const emitter of this.#emitters) if (emitter.observer === this) emitter.observer = null;
  }

  /** @param {Observed} emitter @param {string} type @param {any} detail */
  onEvent(emitter, type, detail) {
    if (this.#late) return;
    const subject = detail?.pid ?? detail?.person?.pid ?? detail?.peer?.pid ?? "";
    if (GONE.includes(type)) return this.#forget(emitter, subject);
    const key = `${this.#emitters.indexOf(emitter)} ${type} ${subject}`;
    this.#events.delete(key);
    if (this.#events.size >= MAX_EVENTS) this.#events.delete(/** @type {string} */ (this.#events.keys().next().value));
    this.#events.set(key, { emitter, type, subject, detail });
  }

  /** @param {Observed} emitter @param {string} type @param {Handler} handler @param {{signal?: AbortSignal, once?: boolean}} [options] */
  onListener(emitter, type, handler, options) {
    const target = this.#late?.get(emitter);
    if (!target) return;
    target.addEventListener(type, handler, options);
    if (options?.once) target.addEventListener(type, () => emitter.removeEventListener(type, handler), { once: true });
  }

  /** @param {Observed} from @param {string} of */
  #forget(from, of) {
    for (const [key, { emitter, subject }] of this.#events) if (emitter === from && subject === of) this.#events.delete(key);
  }
}
