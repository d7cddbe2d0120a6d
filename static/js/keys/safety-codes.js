/**
 * The safety codes of a session: one for each tab that we meet, made automatically, confirmed by people. A code belongs to the
 * two tab keys, so it outlives renegotiation, a lost socket and an ICE restart. A person who returns with a new key gets a new
 * code; their returns are counted and limited, because each handshake is one guess for a man in the middle.
 */

import { Emitter } from "../lib/emitter.js";
import { RecentMap } from "../lib/recent-map.js";
import { VisitorMap } from "../lib/visitor-map.js";
import { toBase64Url } from "../lib/encoding.js";
import { confirmation, isConfirmation } from "./sas-code.js";
import { SasHandshake } from "./sas-handshake.js";
import { isSasText, readSasText, writeSasText } from "./sas-messages.js";

/** @import { Bytes } from "../lib/encoding.js" */
/** @import { SafetyCode, SasPair } from "./sas-code.js" */
/** @import { SasConfirmation, Step } from "./sas-messages.js" */
/** @import { KnownPeer } from "./sealed-link.js" */

/**
 * @typedef {{code: SafetyCode | null, confirmed: boolean, confirmedAs: string, confirmedRemotely: boolean, times: number, limited: boolean}} Safety
 * confirmed: matched here; confirmedAs: the name that they had then; confirmedRemotely: they prove that it matched there; times: returns with a new key; limited: so many
 * returns that no more codes are made for now
 */

/** @typedef {{safety: Safety, handshake: SasHandshake | null, confirmation: Bytes | null, tries: number, timer: ReturnType<typeof setTimeout> | undefined}} Entry */

const HOUR_MS = 3_600_000;
const HANDSHAKES_PER_HOUR = 20;
/** Tabs that have left whose codes are kept. */
const MAX_LEFT = 256;
const MAX_ARRIVALS = 4_096;
const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;

/**
 * @typedef {object} SafetyCodesEvents
 * @property {{pid: string, safety: Safety}} changed
 * @property {{pid: string, reason: string}} stopped do not connect to this tab any more: `differ` (reported here), `differ-there`
 *   (reported by the other side), `code` (the other side has not kept to its commitment)
 */

/** @extends {Emitter<SafetyCodesEvents>} */
export class SafetyCodes extends Emitter {
  #pid;
  #pairOf;
  #send;
  #sendMessage;
  #nameOf;
  #now;
  /** By pid; kept when they leave, like pair channels. @type {VisitorMap<Entry>} */
  #entries = new VisitorMap(MAX_LEFT);
  /** New keys of a person, by membership and name. @type {RecentMap<{all: number, recent: number[]}>} */
  #arrivals = new RecentMap(MAX_ARRIVALS);
  #closed = false;

  /**
   * @param {{pid: string, pairOf: (pid: string) => SasPair | null, nameOf: (peer: KnownPeer) => string, now?: () => number,
   *   send: (pid: string, text: string) => void, sendMessage: (pid: string, payload: object) => unknown}} options pid: our own;
   *   pairOf: null when not verified; now: monotonic milliseconds; send: in the pair's envelopes; sendMessage: on topic `sas`
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

  /** A peer was verified, or is back: starts, or repeats what may have been lost. @param {KnownPeer} peer */
  onPeerVerified(peer) {
    const { pid } = peer;
    this.#entries.arrive(pid);
    const entry = this.#entries.get(pid) ?? this.#begin(peer);
    this.#update(pid, {});
    entry.tries = 0;
    this.#sendStep(pid, entry);
  }

  /** Their socket is gone: pauses until they are back. @param {string} pid */
  onPeerLeft(pid) {
    clearTimeout(this.#entries.get(pid)?.timer);
    this.#entries.leave(pid);
  }

  /** Returns undefined for a peer that we have not met. @param {string} pid @returns {Safety | undefined} */
  safetyOf(pid) {
    return this.#entries.get(pid)?.safety;
  }

  /** Returns false for a text that is not about the code. @param {string} pid @param {string} text @returns {boolean} */
  receiveText(pid, text) {
    if (!isSasText(text)) return false;
    const message = readSasText(text);
    if (message?.step === "stop") this.#stop(pid, "differ-there");
    else if (message) void this.#entries.get(pid)?.handshake?.receiveStep(message.step, message.value);
    return true;
  }

  /** @param {string} pid @param {SasConfirmation} message */
  receiveConfirmation(pid, message) {
    const entry = this.#entries.get(pid);
    if (entry === undefined) return;
    if ("stop" in message) return this.#stop(pid, "differ-there");
    entry.confirmation = message.confirm;
    void this.#checkConfirmation(pid, entry);
  }

  /** The control channel is open, perhaps again. @param {string} pid */
  onChannelOpen(pid) {
    void this.#sendConfirmation(pid);
  }

  /** @param {string} pid @param {string} name of theirs, as it was shown */
  confirmCode(pid, name) {
    if (!this.#entries.get(pid)?.handshake?.code) return;
    this.#update(pid, { confirmed: true, confirmedAs: name });
    void this.#sendConfirmation(pid);
  }

  /** @param {string} pid */
  rejectCode(pid) {
    this.#sendMessage(pid, { stop: true });
    this.#send(pid, writeSasText({ step: "stop" }));
    this.#stop(pid, "differ");
  }

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
    const safety = { code: null, confirmed: false, confirmedAs: "", confirmedRemotely: false, times, limited };
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

  /** @param {string} who @returns {{all: number, recent: number[]}} including this time; recent: within an hour */
  #countArrival(who) {
    const now = this.#now();
    const { all, recent } = this.#arrivals.get(who) ?? { all: 0, recent: [] };
    const lately = [...recent, now].filter((time) => time > now - HOUR_MS).slice(-HANDSHAKES_PER_HOUR - 1);
    const arrived = { all: all + 1, recent: lately };
    this.#arrivals.set(who, arrived);
    return arrived;
  }

  /** Repeats until there is a code. @param {string} pid @param {Entry} entry */
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
    this.#update(pid, { code: null, confirmed: false, confirmedAs: "", confirmedRemotely: false });
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
