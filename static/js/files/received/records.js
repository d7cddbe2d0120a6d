/**
 * Records of what this browser has received, in IndexedDB: one for each accepted transfer and one for each of its files. A file's
 * record is written before its folder in the store and deleted after it, so a folder without a record is of no use.
 */

import { inTransaction } from "../../lib/records.js";

/**
 * @typedef {"partial" | "whole" | "handed"} ReceivedState partial: accepted, perhaps nothing of it is here yet; handed: whole,
 *   and the browser may still be saving it
 */
/**
 * @typedef {object} ReceivedFile
 * @property {string} key random: its folder in the store
 * @property {string} transfer id of the transfer's record
 * @property {number} position in the offer
 * @property {string} identity see `identity.js`
 * @property {string} name safe, as are the folders in `path`
 * @property {string[]} path @property {number} size bytes @property {number} modified ms since 1970
 * @property {boolean} folder an empty folder: there is nothing in the store
 * @property {ReceivedState} state
 * @property {number} until it is deleted then, ms since 1970
 */
/**
 * @typedef {object} ReceivedTransfer
 * @property {string} id random
 * @property {string} batch identity of the whole offer
 * @property {string} offer the sender's id of the transfer
 * @property {string} room slug @property {string} roomName
 * @property {string} member of the sender in the room, empty if unknown
 * @property {string} sender name, when it was accepted @property {string} trust of the sender then, as in `ui/people/trust.js`
 * @property {string} purpose as in the offer
 * @property {number} at ms since 1970
 * @property {boolean} kept the person wants to keep it when they leave the room
 */
/** @typedef {{transfers: Map<string, ReceivedTransfer>, files: Map<string, ReceivedFile>}} AllRecords */
/** @typedef {{put?: {transfers?: ReceivedTransfer[], files?: ReceivedFile[]}, drop?: {transfers?: string[], files?: string[]}}} Changes */

const PLACES = Object.freeze({ database: "meeting-point-received", keyPaths: Object.freeze({ transfers: "id", files: "key" }) });
export const RECEIVED_DATABASE = PLACES.database;

export class ReceivedRecords {
  /** Changes that wait while earlier ones are written: thousands of small files need few transactions. @type {Changes[]} */
  #waiting = [];
  /** @type {Promise<void> | null} */
  #next = null;
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();

  /** @returns {Promise<AllRecords>} @throws {DOMException} when the browser stores nothing */
  all() {
    return inTransaction(PLACES, "readonly", (transaction) => {
      const transfers = transaction.objectStore("transfers").getAll();
      const files = transaction.objectStore("files").getAll();
      return () => ({
        transfers: new Map(transfers.result.map((one) => [one.id, one])),
        files: new Map(files.result.map((one) => [one.key, one])),
      });
    });
  }

  /** Changes records in the order of the calls. @param {Changes} changes @returns {Promise<void>} once they are durable @throws {DOMException} */
  change(changes) {
    this.#waiting.push(changes);
    if (this.#next) return this.#next;
    const next = this.#last.then(() => {
      this.#next = null;
      return write(this.#waiting.splice(0));
    });
    this.#next = next;
    this.#last = next.catch(() => {});
    return next;
  }
}

/** @param {Changes[]} together @returns {Promise<void>} */
function write(together) {
  return inTransaction(PLACES, "readwrite", (transaction) => {
    for (const { put = {}, drop = {} } of together) {
      for (const name of /** @type {const} */ (["transfers", "files"])) {
        const records = transaction.objectStore(name);
        for (const one of put[name] ?? []) records.put(one);
        for (const key of drop[name] ?? []) records.delete(key);
      }
    }
    return () => undefined;
  });
}
