/** Messages for parts of the call that are not loaded yet, in the order in which they came: bounded for each person, and in all. */

/** @import { Costs } from "./budgets.js" */
/** @typedef {{pid: string, name: string, payload: unknown}} Held name: of the topic */

/** What a message takes beside its characters. */
const WORK_PER_MESSAGE = 200;
/** Of all people; `BUDGETS.early` is what one may fill. */
const MAX_CHARACTERS = 16_000_000;

export class HeldMessages {
  #spend;
  /** @type {Held[]} */
  #messages = [];
  #characters = 0;

  /** @param {(pid: string, costs: Costs) => boolean} spend */
  constructor(spend) {
    this.#spend = spend;
  }

  /** Drops what is too much. @param {string} pid @param {string} name @param {unknown} payload a JSON value */
  keep(pid, name, payload) {
    const early = WORK_PER_MESSAGE + name.length + (JSON.stringify(payload) ?? "").length;
    if (this.#characters + early > MAX_CHARACTERS || !this.#spend(pid, { early })) return;
    this.#characters += early;
    this.#messages.push({ pid, name, payload });
  }

  /** @returns {Held[]} */
  get all() {
    return this.#messages;
  }

  /** They are gone. @param {string} pid */
  forgetPeer(pid) {
    this.#messages = this.#messages.filter((one) => one.pid !== pid);
  }
}
