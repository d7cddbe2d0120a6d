/**
 * Recognises the people of a call by the lasting keys of their devices, once a safety code was compared with them. Who has the
 * name or the membership of a verified person and does not prove a verified device is reported: an impostor would be silent, so
 * silence counts.
 */

import { Emitter } from "../../lib/emitter.js";
import { looksLike } from "../../lib/same-name.js";
import { NO_DEVICE, provedDevice, writeProof } from "./device-proof.js";

/** @import { SasPair } from "../sas-code.js" */
/** @import { DeviceKey } from "./device-key.js" */
/** @import { SentProof } from "./device-proof.js" */
/** @import { VerifiedDevice } from "./verified-devices.js" */

/**
 * @typedef {{state: "" | "before" | "changed", as: string, lasting: boolean}} Recognised
 * before: a device that was verified, of the person who was then called `as`; changed: `as` was verified on another device;
 * lasting: they have proved a device, so comparing the code now lasts
 */

/** @typedef {{member: string, name: string}} Who as they call themselves, and as the server does */
/** @typedef {{device: string | null | undefined, confirmedAs: string, state: Recognised, timer: ReturnType<typeof setTimeout> | undefined}} Met device: undefined before they said anything */

/**
 * @typedef {object} Memory where verified devices are kept
 * @property {() => Promise<VerifiedDevice[]>} load of this room
 * @property {(verified: VerifiedDevice) => Promise<void>} save
 * @property {(device: string) => Promise<void>} forget
 */

/** How long a connected browser may take to prove its device. */
const SILENCE_MS = 5_000;
/** @type {Recognised} */
const UNKNOWN = Object.freeze({ state: "", as: "", lasting: false });

/** @typedef {object} RecognitionEvents @property {{pid: string, device: Recognised}} changed */

/** @extends {Emitter<RecognitionEvents>} */
export class Recognition extends Emitter {
  #options;
  /** @type {Map<string, Met>} by pid */
  #met = new Map();
  /** @type {VerifiedDevice[]} */
  #verified = [];
  #ready;
  #closed = false;

  /**
   * @param {{room: string, pid: string, pairOf: (pid: string) => SasPair | null, whoIs: (pid: string) => Who | undefined,
   *   send: (pid: string, payload: object) => unknown, ownKey: () => Promise<DeviceKey | null>, memory: Memory}} options
   *   pid: our own; pairOf: null when not verified; send: on topic `device`; ownKey: null when this browser may not be recognised
   */
  constructor(options) {
    super();
    this.#options = options;
    this.#ready = options.memory.load().then((all) => void (this.#verified = all), () => undefined);
  }

  /** They are connected, and have a moment to prove their device. @param {string} pid */
  expectProof(pid) {
    const met = this.#of(pid);
    met.timer ??= setTimeout(() => void this.#learn(pid, met.device ?? null), SILENCE_MS);
  }

  /** Says which device this is, or that it does not say. @param {string} pid */
  async introduce(pid) {
    const pair = this.#options.pairOf(pid);
    if (pair === null) return;
    const key = await this.#options.ownKey().catch(() => null);
    const proof = key && (await writeProof(key, pair, this.#options.pid));
    if (!this.#closed) this.#options.send(pid, proof ?? NO_DEVICE);
  }

  /** @param {string} pid @param {SentProof} proof */
  async receive(pid, proof) {
    const pair = this.#options.pairOf(pid);
    if (pair !== null) await this.#learn(pid, proof === "none" ? null : await provedDevice(proof, pair, pid));
  }

  /** Their name or membership may be another. @param {string} pid */
  async update(pid) {
    await this.#ready;
    if (this.#met.has(pid)) this.#evaluate(pid);
  }

  /** The person here has compared the code with theirs. @param {string} pid @param {string} name as it was shown then */
  async confirm(pid, name) {
    this.#of(pid).confirmedAs = name;
    await this.#remember(pid);
  }

  /** The codes differ, so this device was never theirs. @param {string} pid */
  async reject(pid) {
    const { device } = this.#of(pid);
    this.#of(pid).confirmedAs = "";
    if (!device) return;
    this.#verified = this.#verified.filter((one) => one.device !== device);
    await this.#options.memory.forget(device).catch(() => undefined);
  }

  /** @param {string} pid */
  forgetPeer(pid) {
    clearTimeout(this.#met.get(pid)?.timer);
    this.#met.delete(pid);
  }

  close() {
    this.#closed = true;
    for (const pid of [...this.#met.keys()]) this.forgetPeer(pid);
  }

  /** @param {string} pid @returns {Met} */
  #of(pid) {
    const met = this.#met.get(pid) ?? { device: undefined, confirmedAs: "", state: UNKNOWN, timer: undefined };
    this.#met.set(pid, met);
    return met;
  }

  /** The first device that a tab proves counts. @param {string} pid @param {string | null} device */
  async #learn(pid, device) {
    await this.#ready;
    const met = this.#met.get(pid);
    if (this.#closed || met === undefined || met.device) return;
    clearTimeout(met.timer);
    met.device = device;
    if (met.confirmedAs !== "") await this.#remember(pid);
    this.#evaluate(pid);
  }

  /** @param {string} pid */
  async #remember(pid) {
    await this.#ready;
    const { device, confirmedAs: name } = this.#of(pid);
    const who = this.#options.whoIs(pid);
    if (!device || !who) return;
    const verified = { room: this.#options.room, device, member: who.member, name, at: Date.now() };
    this.#verified = [...this.#verified.filter((one) => one.device !== device), verified];
    await this.#options.memory.save(verified).catch(() => undefined);
    this.#evaluate(pid);
  }

  /** @param {string} pid */
  #evaluate(pid) {
    const met = this.#of(pid);
    const state = this.#recognise(met, this.#options.whoIs(pid));
    if (this.#closed || JSON.stringify(state) === JSON.stringify(met.state)) return;
    met.state = state;
    this.emit("changed", { pid, device: state });
  }

  /** @param {Met} met @param {Who | undefined} who @returns {Recognised} */
  #recognise({ device }, who) {
    const lasting = Boolean(device);
    const known = this.#verified.find((one) => one.device === device);
    if (known) return { state: "before", as: known.name, lasting };
    const expected = this.#verified.find((one) => who && (one.member === who.member || looksLike(one.name, who.name)));
    if (expected === undefined || device === undefined) return { ...UNKNOWN, lasting };
    return { state: "changed", as: expected.name, lasting };
  }
}
