/** The receiving side's own data of a transfer: its destination and its open files. */

/** @import { Entry } from "../protocol/transfer.js" */
/** @import { Sink } from "../storage/sinks.js" */
/** @import { Destination } from "./destination.js" */
/** @import { IncomingFile } from "./incoming-file.js" */
/** @typedef {{sink: Promise<Sink>, incoming: Promise<IncomingFile>}} Opened */

export class IncomingTransfer {
  /** @type {Destination} */
  destination = { kind: "store" };
  /** Keys of the files in the store, in the order of the files. */
  keys;
  /** A key of the whole offer. */
  batch;
  /** By file number. @type {Map<number, Opened>} */
  opened = new Map();
  /** Closed, but not discarded. @type {Opened[]} */
  #left = [];
  /** Settles when files are closed and may be opened again. @type {Promise<void>} */
  closed = Promise.resolve();

  /** @param {string[]} keys @param {string} batch */
  constructor(keys, batch) {
    this.keys = keys;
    this.batch = batch;
  }

  /** Closes incomplete files, and keeps what can be resumed. @param {Entry[]} entries */
  closeFiles(entries) {
    const open = entries.filter(({ status }) => status !== "done").flatMap(({ head }) => this.#removeOpened(head.id) ?? []);
    this.#left.push(...open);
    this.closed = this.closed.then(async () => {
      for (const one of open) {
        await one.incoming.then((file) => file.stop(), () => {});
        await one.sink.then((sink) => sink.keep(), () => {});
      }
    });
    return this.closed;
  }

  /** @param {number} id */
  async discardFile(id) {
    const open = this.#removeOpened(id);
    await open?.incoming.then((file) => file.stop(), () => {});
    await open?.sink.then((sink) => sink.discard(), () => {});
  }

  /** Discards all files, closed ones included. */
  async discardAll() {
    await this.closed;
    for (const id of [...this.opened.keys()]) await this.discardFile(id);
    for (const { sink } of this.#left.splice(0)) await sink.then((one) => one.discard(), () => {});
  }

  /** @param {number} id */
  #removeOpened(id) {
    const open = this.opened.get(id);
    this.opened.delete(id);
    return open;
  }
}
