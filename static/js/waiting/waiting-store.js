/**
 * Transfers that wait in this browser. IndexedDB holds copies of the files: one transaction stores the transfer with all of them or
 * nothing, every browser can do it, and a file read from there is the same `File` again, with its name and its date.
 */

import { Emitter } from "../lib/emitter.js";
import { inTransaction } from "../lib/records.js";
import { openTabChannel } from "../lib/storage.js";

/** @import { SelectedFile } from "../files/protocol/metadata.js" */
/** @import { WaitingRecord } from "./waiting-state.js" */

const PLACES = Object.freeze({ database: "meeting-point-waiting", keyPaths: Object.freeze({ transfers: "id", files: "id" }) });
const CHANNEL = "meeting-point/waiting";
/** Left free for the browser and other pages. */
const RESERVED_BYTES = 20_000_000;

/** The browser has no room for copies of the files. */
export class NoRoom extends Error {}

/** @typedef {object} WaitingStoreEvents @property {void} changed in this or another tab */

/** @extends {Emitter<WaitingStoreEvents>} */
export class WaitingStore extends Emitter {
  #channel = openTabChannel(CHANNEL);

  constructor() {
    super();
    this.#channel?.addEventListener("message", () => this.emit("changed"));
  }

  /** @returns {Promise<WaitingRecord[]>} the oldest first; none if the browser stores nothing */
  async all() {
    /** @type {WaitingRecord[]} */
    const found = await inTransaction(PLACES, "readonly", (transaction) => {
      const request = transaction.objectStore("transfers").getAll();
      return () => request.result;
    }).catch(() => []);
    return found.sort((one, other) => one.since - other.since);
  }

  /**
   * Adds a transfer with copies of its files.
   * @param {WaitingRecord} record @param {SelectedFile[]} chosen @throws {NoRoom} @throws {DOMException} when a file cannot be read
   */
  async add(record, chosen) {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    if (quota - usage < record.bytes + RESERVED_BYTES) throw new NoRoom();
    const files = chosen.map(({ file, path, folder }) => ({ file, path, ...(folder && { folder }) }));
    try {
      await this.#write((transaction) => {
        transaction.objectStore("transfers").put(record);
        transaction.objectStore("files").put({ id: record.id, files });
      });
    } catch (error) {
      throw /** @type {DOMException} */ (error).name === "QuotaExceededError" ? new NoRoom() : error;
    }
  }

  /** @param {string} id @returns {Promise<SelectedFile[]>} none if they are gone */
  async filesOf(id) {
    return inTransaction(PLACES, "readonly", (transaction) => {
      const request = transaction.objectStore("files").get(id);
      return () => request.result?.files ?? [];
    }).catch(() => []);
  }

  /** The copies go with the end of the wait. @param {WaitingRecord} record */
  async update(record) {
    await this.#write((transaction) => {
      transaction.objectStore("transfers").put(record);
      if (record.outcome !== "") transaction.objectStore("files").delete(record.id);
    });
  }

  /** @param {string} id */
  async remove(id) {
    await this.#write((transaction) => {
      for (const store of Object.keys(PLACES.keyPaths)) transaction.objectStore(store).delete(id);
    });
  }

  close() {
    this.#channel?.close();
  }

  /** @param {(transaction: IDBTransaction) => void} act */
  async #write(act) {
    await inTransaction(PLACES, "readwrite", (transaction) => {
      act(transaction);
      return () => undefined;
    });
    this.#channel?.postMessage("changed");
    this.emit("changed");
  }
}
