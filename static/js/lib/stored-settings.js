/** Settings that this browser keeps as one JSON object. What is missing there, or has another type, is as usual. */

import { Emitter } from "./emitter.js";
import { browserStorage } from "./storage.js";

/** @typedef {Record<string, string | number | boolean>} Settings */

/** @template {Settings} Value @typedef {object} StoredSettingsEvents @property {{value: Readonly<Value>}} changed by this page */

/** @template {Settings} Value @extends {Emitter<StoredSettingsEvents<Value>>} */
export class StoredSettings extends Emitter {
  #key;
  /** @type {Value} */
  #value;

  /** @param {string} key in the storage of this browser @param {Readonly<Value>} usual */
  constructor(key, usual) {
    super();
    this.#key = key;
    const kept = parse(browserStorage.load(key));
    const entries = Object.entries(usual).map(([name, value]) => [name, typeof kept[name] === typeof value ? kept[name] : value]);
    this.#value = Object.fromEntries(entries);
  }

  /** @returns {Readonly<Value>} */
  get value() {
    return this.#value;
  }

  /** Saves it, too. @param {Partial<Value>} change */
  change(change) {
    this.#value = { ...this.#value, ...change };
    browserStorage.save(this.#key, JSON.stringify(this.#value));
    this.emit("changed", { value: this.#value });
  }
}

/** @param {string | null} stored @returns {Record<string, unknown>} */
function parse(stored) {
  try {
    const value = JSON.parse(stored ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
