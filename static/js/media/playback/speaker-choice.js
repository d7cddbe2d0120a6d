/** The speaker a person wants, and the one that is used: a device that is pulled out stays wanted, and comes back. */

import { Emitter } from "../../lib/emitter.js";

/** @typedef {{deviceId: string, label: string}} Speaker */
/** missing: wanted but not connected; default: follows the system. @typedef {Speaker & {state: "connected" | "missing" | "default"}} SpeakerOption */

/** Chromium's alias of the system's default. Its other alias, "communications", is a device as any other. */
const DEFAULT_ALIAS = "default";

/**
 * @typedef {object} SpeakerChoiceEvents
 * @property {{deviceId: string}} changed another one is used now, "": the system's default
 * @property {{label: string, why: "lost" | "refused" | "back"}} moved not by a choice; label: of the wanted one, "" if unknown
 */

/** @extends {Emitter<SpeakerChoiceEvents>} */
export class SpeakerChoice extends Emitter {
  #wanted;
  #used;
  #label;
  /** @type {Speaker[]} */
  #devices = [];
  /** Before any device was allowed it is unknown which ones there are. */
  #listed = false;
  #refused = false;
  #saidRefused = false;

  /** @param {string} wanted the device id of the last visit, "": the system's default @param {string} [label] its label then */
  constructor(wanted, label = "") {
    super();
    this.#label = label;
    this.#wanted = normalize(wanted);
    this.#used = this.#wanted;
  }

  /** "": the system's default. */
  get used() {
    return this.#used;
  }

  /** Of the wanted one, "": unknown. */
  get label() {
    return this.#label;
  }

  /** Whether another one is wanted than the one that is used. */
  get missing() {
    return this.#used !== this.#wanted;
  }

  /** The value of the option that is wanted. */
  get selected() {
    return this.#wanted === "" && this.#hasAlias ? DEFAULT_ALIAS : this.#wanted;
  }

  /** @returns {SpeakerOption[]} empty: the browser lists none */
  get options() {
    if (this.#devices.length === 0) return [];
    const options = this.#devices.map((device) => ({ ...device, state: stateOf(device) }));
    if (!this.#hasAlias) options.unshift({ deviceId: "", label: "", state: "default" });
    if (this.#wanted !== "" && !this.#isListed) options.push({ deviceId: this.#wanted, label: this.#label, state: "missing" });
    return options;
  }

  /** @param {string} deviceId of an option */
  choose(deviceId) {
    this.#wanted = normalize(deviceId);
    this.#label = "";
    this.#refused = false;
    this.#saidRefused = false;
    this.#noteLabel();
    this.#update();
  }

  /** @param {readonly Speaker[]} devices that the browser lists now */
  setDevices(devices) {
    const wasListed = this.#isListed;
    this.#devices = devices.map(({ deviceId, label }) => ({ deviceId, label }));
    this.#listed ||= devices.length > 0;
    // Tried again even if the list is the same: it may have been out and in since.
    this.#refused = false;
    this.#noteLabel();
    if (!this.#update() || wasListed === this.#isListed) return;
    if (wasListed) this.#saidRefused = false;
    this.emit("moved", { label: this.#label, why: wasListed ? "lost" : "back" });
  }

  /** The browser cannot use it, although it may be listed. @param {string} deviceId */
  refuse(deviceId) {
    if (deviceId === "" || deviceId !== this.#used) return;
    this.#refused = true;
    this.#update();
    if (!this.#saidRefused) this.emit("moved", { label: this.#label, why: "refused" });
    this.#saidRefused = true;
  }

  get #hasAlias() {
    return this.#devices.some(({ deviceId }) => deviceId === DEFAULT_ALIAS);
  }

  get #isListed() {
    return this.#devices.some(({ deviceId }) => deviceId === this.#wanted);
  }

  #noteLabel() {
    this.#label = this.#devices.find(({ deviceId }) => deviceId === this.#wanted)?.label || this.#label;
  }

  /** @returns {boolean} another one is used now */
  #update() {
    const there = !this.#listed || this.#isListed;
    const used = there && !this.#refused ? this.#wanted : "";
    if (used === this.#used) return false;
    this.#used = used;
    this.emit("changed", { deviceId: used });
    return true;
  }
}

/** @param {Speaker} device @returns {SpeakerOption["state"]} */
function stateOf({ deviceId }) {
  return deviceId === DEFAULT_ALIAS ? "default" : "connected";
}

/** @param {string} deviceId */
function normalize(deviceId) {
  return deviceId === DEFAULT_ALIAS ? "" : deviceId;
}
