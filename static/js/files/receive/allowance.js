/** What is received without a press: decided here and nowhere else. Everything beyond it waits for one. */

import { BUDGETS, Budgets } from "../../gate/budgets.js";

/** @typedef {keyof typeof LIMITS} AllowedPurpose of an offer */

/** For each person and purpose, over the life of an `Allowance`; bytes: of all files together. */
export const LIMITS = Object.freeze({
  /** Pictures in the chat. */
  chat: Object.freeze({ fileBytes: 10_000_000, bytes: BUDGETS.chatBytes.burst, files: BUDGETS.chatFiles.burst }),
  /** Files that were offered while the receiver was away. */
  waiting: Object.freeze({ fileBytes: 2_000_000_000, bytes: BUDGETS.waitingBytes.burst, files: BUDGETS.waitingFiles.burst }),
});

export class Allowance {
  #isFrugal;
  #budgets = new Budgets();

  /** @param {() => boolean} [isFrugal] whether nothing may be received without a press now: data are being saved, or cost money */
  constructor(isFrugal = () => isMetered()) {
    this.#isFrugal = isFrugal;
  }

  /**
   * Counts files that are about to be received, if all of them may be. What fails later stays counted: a sender who lets
   * transfers fail gets no more than others.
   * @param {AllowedPurpose} purpose @param {string} person the same after they reload: their `member`
   * @param {readonly number[]} sizes bytes of each file @returns {boolean}
   */
  consume(purpose, person, sizes) {
    if (this.#isFrugal() || !sizes.every((size) => size <= LIMITS[purpose].fileBytes)) return false;
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    return this.#budgets.spend(person, { [`${purpose}Bytes`]: bytes, [`${purpose}Files`]: sizes.length });
  }
}

/** Whether this device saves data or pays for them, as far as the browser says (Network Information API). @param {any} [navigator] @returns {boolean} */
export function isMetered(navigator = globalThis.navigator) {
  const { saveData = false, type = "" } = navigator?.connection ?? {};
  return saveData === true || type === "cellular";
}
