/** The receiving side's own data of a transfer: its destination, its records and its open files. */

import { received } from "../received/received-files.js";

/** @import { Entry, Transfer } from "../protocol/transfer.js" */
/** @import { Claim } from "../received/claim.js" */
/** @import { Offered } from "../received/claims.js" */
/** @import { Sink } from "../storage/sinks.js" */
/** @import { Destination } from "./destination.js" */
/** @import { IncomingFile } from "./incoming-file.js" */
/** @typedef {{sink: Promise<Sink>, incoming: Promise<IncomingFile>}} Opened */

export class IncomingTransfer {
  /** @type {Destination} */
  destination = { kind: "store" };
  offered;
  batch;
  /** The records of an accepted transfer that is not over; null: this browser keeps nothing of it. @type {Claim | null} */
  claim = null;
  /** Ids of its records in the list of received files. @type {string[]} */
  records = [];
  /** Whether complete files are lost with this tab. */
  inMemory = false;
  /** By file number. @type {Map<number, Opened>} */
  opened = new Map();
  /** Settles when files are closed and may be opened again. @type {Promise<void>} */
  closed = Promise.resolve();
  #transfer;
  /** Closed, but not discarded. @type {{id: number, sink: Promise<Sink>}[]} */
  #left = [];
  /** @type {Promise<void> | null} */
  #concluded = null;

  /** @param {Transfer} transfer @param {Offered} offered @param {string} batch */
  constructor(transfer, offered, batch) {
    this.#transfer = transfer;
    this.offered = offered;
    this.batch = batch;
  }

  /** Closes incomplete files, and keeps what can be resumed. */
  closeFiles() {
    // One that is being completed goes on: all of it is here.
    const open = this.#transfer.entries.filter(({ status }) => status !== "done" && status !== "ending").flatMap(({ head: { id } }) => {
      const one = this.#removeOpened(id);
      return one ? [{ id, ...one }] : [];
    });
    this.#left.push(...open);
    this.closed = this.closed.then(async () => {
      for (const one of open) {
        await one.incoming.then((file) => file.stop(), () => {});
        await one.sink.then((sink) => sink.keep(), () => {});
      }
      await this.claim?.renew().catch(() => {});
    });
    return this.closed;
  }

  /** Discards a file, unless an earlier transfer had completed it. @param {Entry} entry */
  async discardFile({ head: { id } }) {
    const at = this.#transfer.entries.findIndex(({ head }) => head.id === id);
    const open = this.#removeOpened(id);
    const left = this.#left.filter((one) => one.id === id);
    this.#left = this.#left.filter((one) => one.id !== id);
    const { claim } = this;
    const isWhole = claim !== null && claim.files[at].state !== "partial";
    await open?.incoming.then((file) => file.stop(), () => {});
    for (const { sink } of open ? [open, ...left] : left) await sink.then((one) => (isWhole ? one.keep() : one.discard()), () => {});
    await claim?.drop(at).catch(() => {});
  }

  /** Ends a transfer that may go on in another one. */
  async leave() {
    await this.closeFiles();
    await (this.#transfer.isOver ? this.conclude() : this.#release());
  }

  /** The transfer is over: what is complete stays until it is saved. */
  conclude() {
    this.#concluded ??= this.#conclude();
    return this.#concluded;
  }

  /** Frees the storage of complete files. @param {boolean} certain false: the browser may still be saving them */
  async freeSaved(certain) {
    await this.conclude();
    for (const id of this.records) await received.markSaved(id, certain);
    if (certain || this.inMemory) this.#forgetResults();
  }

  async removeAll() {
    await this.conclude();
    for (const id of this.records) await received.remove(id).catch(() => {});
    if (this.destination.kind === "memory") await this.#freeMemory();
    this.#forgetResults();
  }

  #forgetResults() {
    this.inMemory = false;
    for (const entry of this.#transfer.entries) entry.result = null;
    this.#transfer.emitChanged();
  }

  async #conclude() {
    const { entries, purpose } = this.#transfer;
    for (const [at, entry] of entries.entries()) {
      if (entry.status !== "done") await this.discardFile(entry);
      // There was no room for it in the store: it is elsewhere.
      else await this.claim?.drop(at).catch(() => {});
    }
    const inMemory = entries.map(({ head, status, result }, at) => {
      const isHere = status === "done" && this.claim?.files[at].state !== "whole" && (head.folder || result !== null);
      return isHere ? result : undefined;
    });
    // A picture in the chat is listed there.
    if (purpose !== "chat" && inMemory.some((blob) => blob)) {
      this.records.push(received.holdInMemory(this.offered, inMemory, () => this.#freeMemory()));
      this.inMemory = true;
    }
    await this.#release();
    this.#transfer.emitChanged();
  }

  async #freeMemory() {
    for (const { sink } of this.opened.values()) {
      const opened = await sink.catch(() => null);
      if (opened && !opened.stored) await opened.discard();
    }
  }

  async #release() {
    // Nothing stays there that is not whole.
    if (this.destination.kind === "picked") await this.destination.place.end();
    const { claim } = this;
    this.claim = null;
    if (claim) await received.claims.release(claim);
  }

  /** @param {number} id */
  #removeOpened(id) {
    const open = this.opened.get(id);
    this.opened.delete(id);
    return open;
  }
}
