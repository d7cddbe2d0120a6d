/**
 * The handshake that makes a pair's safety code, once in the life of two tabs:
 *
 *     low → high  commit: a hash of low's nonce
 *     high → low  answer: high's nonce
 *     low → high  reveal: low's nonce, which high checks against the commitment
 *
 * Any of them may get lost or come twice: each side only repeats its last message. The first commitment and the first answer
 * count, so neither side can change its choice after seeing the other's nonce.
 */

import { commitment, safetyCode } from "./sas-code.js";

/** @import { Bytes } from "../lib/encoding.js" */
/** @import { Nonces, SafetyCode, SasPair } from "./sas-code.js" */
/** @import { Step } from "./sas-messages.js" */

/** More than any honest handshake needs, however many are lost. */
const MAX_MESSAGES = 256;

export class SasHandshake {
  /** @type {"open" | "made" | "failed"} */
  state = "open";
  /** @type {SafetyCode | null} */
  code = null;
  /** @type {Nonces | null} both, once the code is made */
  nonces = null;
  #pair;
  #begins;
  #send;
  #onSettled;
  #nonce = crypto.getRandomValues(new Uint8Array(32));
  /** @type {Bytes | null} */
  #commitment = null;
  /** @type {Bytes | null} */
  #answer = null;
  #received = 0;
  #queue = Promise.resolve();

  /**
   * @param {{pair: SasPair, pid: string, send: (step: Step, value: Bytes) => void, settled: () => void}} options
   * pid: our own; send: may lose messages; settled: called once, when the state is `made` or `failed`
   */
  constructor({ pair, pid, send, settled }) {
    this.#pair = pair;
    this.#begins = pid === pair.low.pid;
    this.#send = send;
    this.#onSettled = settled;
  }

  /** Sends the current step, for the first time or again when it may have been lost. */
  sendStep() {
    this.#enqueue(async () => {
      if (this.#begins) await this.#sendAsFirst();
      else if (this.#commitment !== null && this.state === "open") this.#send("answer", this.#nonce);
    });
  }

  /** Settles when the step has been processed. @param {Step} step @param {Bytes} value 32 bytes @returns {Promise<void>} */
  receiveStep(step, value) {
    this.#received += 1;
    if (this.#received > MAX_MESSAGES) return this.#queue;
    return this.#enqueue(() => (this.#begins ? this.#receiveAsFirst(step, value) : this.#receiveAsSecond(step, value)));
  }

  async #sendAsFirst() {
    if (this.#answer !== null) return this.#send("reveal", this.#nonce);
    this.#commitment ??= await commitment(this.#pair, this.#nonce);
    this.#send("commit", this.#commitment);
  }

  /** @param {Step} step @param {Bytes} value */
  async #receiveAsFirst(step, value) {
    if (step !== "answer" || this.#commitment === null) return;
    const first = this.#answer === null;
    this.#answer ??= value;
    this.#send("reveal", this.#nonce);
    if (first) await this.#make({ low: this.#nonce, high: this.#answer });
  }

  /** @param {Step} step @param {Bytes} value */
  async #receiveAsSecond(step, value) {
    if (this.state !== "open") return;
    if (step === "commit") {
      this.#commitment ??= value;
      this.#send("answer", this.#nonce);
    } else if (step === "reveal" && this.#commitment !== null) {
      const fits = same(await commitment(this.#pair, value), this.#commitment);
      if (fits) await this.#make({ low: value, high: this.#nonce });
      else this.#settle("failed");
    }
  }

  /** @param {Nonces} nonces */
  async #make(nonces) {
    this.code = await safetyCode(this.#pair, nonces);
    this.nonces = nonces;
    this.#settle("made");
  }

  /** @param {"made" | "failed"} state */
  #settle(state) {
    this.state = state;
    this.#onSettled();
  }

  /** Runs one after the other: WebCrypto does not keep the order. @param {() => Promise<void>} act */
  #enqueue(act) {
    return (this.#queue = this.#queue.then(act));
  }
}

/** Not constant-time: these values are not secret. @param {Bytes} one @param {Bytes} other */
function same(one, other) {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
