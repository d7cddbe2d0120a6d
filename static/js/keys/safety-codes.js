/**
 * The safety codes of a stay: one for each tab that one meets, made without asking anybody, confirmed by people.
 *
 * A code belongs to the two tab keys, so it outlives renegotiation, a lost socket and a restart of ICE. Somebody who comes with a new
 * key gets a new code; how often the same person did is counted, and there is an end to it: each handshake is one guess for
 * somebody in between.
 */

import { Emitter } from "../lib/emitter.js";
import { toBase64Url } from "../lib/encoding.js";
import { confirmation, isConfirmation } from "./sas-code.js";
import { SasHandshake } from "./sas-handshake.js";
import { isSasText, readSasText, writeSasText } from "./sas-messages.js";

/** @import { Bytes } from "../lib/encoding.js" */
/** @import { SafetyCode, SasPair } from "./sas-code.js" */
/** @import { SasConfirmation, Step } from "./sas-messages.js" */
/** @import { KnownPeer } from "./sealed-link.js" */

/**
 * @typedef {object} Safety
 * @property {SafetyCode | null} code null: not made yet
 * @property {boolean} confirmed whether it was compared here, and matched
 * @property {boolean} confirmedRemotely whether the other side says (and proves) that it matched there
 * @property {number} times how often this person has come back with a new key since one came in
 * @property {boolean} limited whether they came so often that no more codes are made for now
 */

/** @typedef {{safety: Safety, handshake: SasHandshake | null, confirmation: Bytes | null, tries: number, timer: ReturnType<typeof setTimeout> | undefined}} Entry */

const HOUR_MS = 3_600_000;
const HANDSHAKES_PER_HOUR = 20;
const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;

/**
 * @typedef {object} SafetyCodesEvents
 * @property {{pid: string, safety: Safety}} changed what `safetyOf` says of this tab
 * @property {{pid: string, reason: string}} stopped no connection to this tab is wanted any more: `differ` (said here),
 *   `differ-there` (said by the other side), `code` (the other side has not kept to its commitment)
 */

/** @extends {Emitter<SafetyCodesEvents>} */
export class SafetyCodes extends Emitter {
  #pid;
  #pairOf;
  #send;
  #sendMessage;
  #nameOf;
  #now;
  /** @type {Map<string, Entry>} by pid; never forgotten, as pair channels are not */
  #entries = new Map();
  /** @type {Map<string, {all: number, recent: number[]}>} how often, and when, somebody (a membership, a name) came with a new key */
  #arrivals = new Map();
  #closed = false;

  /**
   * @param {object} options
   * @param {string} options.pid one's own
   * @param {(pid: string) => SasPair | null} options.pairOf null: has not proved who they are
   * @param {(pid: string, text: string) => void} options.send through the pair's envelopes
   * @param {(pid: string, payload: object) => unknown} options.sendMessage over the control channel, topic `sas`
   * @param {(peer: KnownPeer) => string} options.nameOf
   * @param {() => number} [options.now] milliseconds on a clock that only rises
   */
  constructor({ pid, pairOf, send, sendMessage, nameOf, now = () => performance.now() }) {
    super();
    this.#pid = pid;
    this.#pairOf = pairOf;
    this.#send = send;
    this.#sendMessage = sendMessage;
    this.#nameOf = nameOf;
    this.#now = now;
  }

  /** Somebody has proved who they are, or is back: begins, or goes on where messages may have been lost. @param {KnownPeer} peer */
  onPeerVerified(peer) {
    const { pid } = peer;
    const entry = this.#entries.get(pid) ?? this.#begin(peer);
    this.#update(pid, {});
    entry.tries = 0;
    this.#sendStep(pid, entry);
  }

  /** @param {string} pid whose socket is gone: says nothing more until they are back */
  onPeerLeft(pid) {
    clearTimeout(this.#entries.get(pid)?.timer);
  }

  /**
   * @param {string} pid
   * @returns {Safety | undefined} undefined: never met
   */
  safetyOf(pid) {
    return this.#entries.get(pid)?.safety;
  }

  /**
   * Takes a text from the pair's envelopes, if it is about the code.
   * @param {string} pid
   * @param {string} text
   * @returns {boolean} false: it is about something else
   */
  receiveText(pid, text) {
    if (!isSasText(text)) return false;
    const message = readSasText(text);
    if (message?.step === "stop") this.#stop(pid, "differ-there");
    else if (message) void this.#entries.get(pid)?.handshake?.receiveStep(message.step, message.value);
    return true;
  }

  /** Takes what the other side sends over the control channel on the topic `sas`. @param {string} pid @param {SasConfirmation} message */
  receiveConfirmation(pid, message) {
    const entry = this.#entries.get(pid);
    if (entry === undefined) return;
    if ("stop" in message) return this.#stop(pid, "differ-there");
    entry.confirmation = message.confirm;
    void this.#checkConfirmation(pid, entry);
  }

  /** @param {string} pid whom the control channel reaches, perhaps again */
  onChannelOpen(pid) {
    void this.#sendConfirmation(pid);
  }

  /** The person here says that the codes match. @param {string} pid */
  confirmCode(pid) {
    if (!this.#entries.get(pid)?.handshake?.code) return;
    this.#update(pid, { confirmed: true });
    void this.#sendConfirmation(pid);
  }

  /** The person here says that the codes differ. @param {string} pid */
  rejectCode(pid) {
    this.#sendMessage(pid, { stop: true });
    this.#send(pid, writeSasText({ step: "stop" }));
    this.#stop(pid, "differ");
  }

  /** Stops: nothing is told any more. */
  close() {
    this.#closed = true;
    for (const { timer } of this.#entries.values()) clearTimeout(timer);
  }

  /** @param {KnownPeer} peer */
  #begin(peer) {
    const { pid } = peer;
    const arrivals = [`member ${peer.member}`, `name ${this.#nameOf(peer)}`].map((who) => this.#countArrival(who));
    const limited = arrivals.some(({ recent }) => recent.length > HANDSHAKES_PER_HOUR);
    const times = Math.max(...arrivals.map(({ all }) => all)) - 1;
    const safety = { code: null, confirmed: false, confirmedRemotely: false, times, limited };
    /** @type {Entry} */
    const entry = { safety, handshake: null, confirmation: null, tries: 0, timer: undefined };
    const pair = limited ? null : this.#pairOf(pid);
    this.#entries.set(pid, entry);
    if (pair !== null) {
      const send = (/** @type {Step} */ step, /** @type {Bytes} */ value) =>
        this.#send(pid, writeSasText({ step, value }));
      entry.handshake = new SasHandshake({ pair, pid: this.#pid, send, settled: () => this.#onSettled(pid, entry) });
    }
    return entry;
  }

  /**
   * @param {string} who
   * @returns {{all: number, recent: number[]}} this time included; recent: within an hour
   */
  #countArrival(who) {
    const now = this.#now();
    const { all, recent } = this.#arrivals.get(who) ?? { all: 0, recent: [] };
    const lately = [...recent, now].filter((time) => time > now - HOUR_MS).slice(-HANDSHAKES_PER_HOUR - 1);
    const arrived = { all: all + 1, recent: lately };
    this.#arrivals.set(who, arrived);
    return arrived;
  }

  /** Says it, and again later as long as there is no code. @param {string} pid @param {Entry} entry */
  #sendStep(pid, entry) {
    const { handshake } = entry;
    clearTimeout(entry.timer);
    if (handshake?.state !== "open" || this.#closed) return;
    handshake.sendStep();
    const wait = Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** entry.tries);
    entry.tries += 1;
    entry.timer = setTimeout(() => this.#sendStep(pid, entry), wait);
  }

  /** @param {string} pid @param {Entry} entry */
  #onSettled(pid, entry) {
    clearTimeout(entry.timer);
    if (entry.handshake?.state === "failed") return this.#stop(pid, "code");
    this.#update(pid, { code: entry.handshake?.code ?? null });
    void this.#checkConfirmation(pid, entry);
  }

  /** @param {string} pid */
  async #sendConfirmation(pid) {
    const entry = this.#entries.get(pid);
    const pair = this.#pairOf(pid);
    if (!entry?.safety.confirmed || !entry.handshake?.nonces || pair === null) return;
    const mac = await confirmation(pair, entry.handshake.nonces, this.#pid);
    if (!this.#closed) this.#sendMessage(pid, { confirm: toBase64Url(mac) });
  }

  /** @param {string} pid @param {Entry} entry */
  async #checkConfirmation(pid, entry) {
    const { confirmation: proof, handshake } = entry;
    const pair = this.#pairOf(pid);
    if (proof === null || entry.safety.confirmedRemotely || !handshake?.nonces || pair === null) return;
    if (await isConfirmation(pair, handshake.nonces, pid, proof)) this.#update(pid, { confirmedRemotely: true });
  }

  /** @param {string} pid @param {string} reason */
  #stop(pid, reason) {
    const entry = this.#entries.get(pid);
    if (entry === undefined) return;
    clearTimeout(entry.timer);
    entry.handshake = null;
    this.#update(pid, { code: null, confirmed: false, confirmedRemotely: false });
    this.emit("stopped", { pid, reason });
  }

  /** @param {string} pid @param {Partial<Safety>} change */
  #update(pid, change) {
    const entry = this.#entries.get(pid);
    if (entry === undefined) return;
    entry.safety = { ...entry.safety, ...change };
    this.emit("changed", { pid, safety: entry.safety });
  }

  /** Emits nothing after `close`. @override @type {Emitter<SafetyCodesEvents>["emit"]} */
  emit(type, ...detail) {
    if (!this.#closed) super.emit(type, ...detail);
  }
}
