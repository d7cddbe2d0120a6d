/** What is known of a transfer that comes, beside what both sides know of it: where its files go, and which of them are open. */

/** @import { Entry } from "../protocol/transfer.js" */
/** @import { Sink } from "../storage/sinks.js" */
/** @import { Destination } from "./destination.js" */
/** @import { IncomingFile } from "./incoming-file.js" */
/** @typedef {{sink: Promise<Sink>, incoming: Promise<IncomingFile>}} Opened */

export class IncomingTransfer {
  /** @type {Destination} */
  destination = { kind: "store" };
  /** Names of the files' folders in the store, in the order of the files. */
  keys;
  /** A name of all of them together. */
  batch;
  /** By the number of the file. @type {Map<number, Opened>} */
  opened = new Map();
  /** What was open and is closed now. @type {Opened[]} */
  #left = [];
  /** Settles when what was open has been closed: it can be opened once more only then. @type {Promise<void>} */
  closed = Promise.resolve();

  /** @param {string[]} keys @param {string} batch */
  constructor(keys, batch) {
    this.keys = keys;
    this.batch = batch;
  }

  /** Closes what is open and not whole; what can be kept of it is kept. @param {Entry[]} entries */
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

  /** Throws away what came of a file. @param {number} id */
  async discardFile(id) {
    const open = this.#removeOpened(id);
    await open?.incoming.then((file) => file.stop(), () => {});
    await open?.sink.then((sink) => sink.discard(), () => {});
  }

  /** Throws away what came of all of them, also what was closed meanwhile. */
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
