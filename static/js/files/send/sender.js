/**
 * The sending half of the exchange: what was offered, to whom, and how much of it is known to have arrived.
 *
 * @module
 */

import { toBase64Url } from "../../lib/encoding.js";
import { makeHead, offerMessages } from "../protocol/metadata.js";
import { makeTransferId, readHave } from "../protocol/messages.js";
import { OutgoingFile } from "./outgoing-file.js";
import { Transfer } from "../protocol/transfer.js";

/** @import { Bytes } from "../../lib/encoding.js" */
/** @import { FilePair } from "../lanes/peer-files.js" */
/** @import { FileHead } from "../protocol/messages.js" */
/** @import { Chosen } from "../protocol/metadata.js" */
/** @import { Ranges } from "../protocol/range-set.js" */
/** What is kept of a transfer that goes out. @typedef {{heads: FileHead[], files: Map<number, File>, had: Map<number, Ranges>, roots: Map<number, string>}} Parcel */

export class Outbox {
  #transfers;
  #tell;
  #pair;
  /** By transfer. @type {Map<string, Parcel>} */
  #parcels = new Map();

  /**
   * @param {object} options
   * @param {ReadonlyMap<string, Transfer>} options.transfers all of this tab
   * @param {(pid: string, topic: string, payload: unknown) => boolean} options.tell
   * @param {(pid: string) => FilePair} options.pair
   */
  constructor({ transfers, tell, pair }) {
    this.#transfers = transfers;
    this.#tell = tell;
    this.#pair = pair;
  }

  /**
   * Makes a transfer of some files; nobody is told yet.
   *
   * @param {string} pid
   * @param {string} member
   * @param {Chosen[]} chosen at least one
   * @returns {Promise<Transfer>}
   * @throws {DOMException} when one of them cannot be read
   */
  async pack(pid, member, chosen) {
    const heads = [];
    for (const one of chosen) heads.push(await makeHead(one));
    const transfer = new Transfer({ id: makeTransferId(), direction: "out", pid, member, heads });
    const files = new Map(heads.map(({ id }, at) => [id, chosen[at].file]));
    this.#parcels.set(transfer.id, { heads, files, had: new Map(), roots: new Map() });
    return transfer;
  }

  /** @param {Transfer} transfer is not in the list any more */
  forget({ id }) {
    this.#parcels.delete(id);
  }

  /** @param {Transfer} transfer is told to its receiver, for the first time or again */
  tellOffer({ id, pid }) {
    const parcel = this.#parcels.get(id);
    for (const message of offerMessages(id, parcel?.heads ?? [])) this.#tell(pid, "file-offer", message);
  }

  /**
   * Takes what a receiver has already (`file-have`).
   *
   * @param {string} pid
   * @param {unknown} payload
   */
  had(pid, payload) {
    for (const [id, parcel] of this.#parcels) {
      if (this.#transfers.get(id)?.pid !== pid) continue;
      const told = readHave(payload, (file) => parcel.heads.find((head) => head.id === file)?.size);
      if (told) parcel.had.set(told.file, told.have);
    }
  }

  /** @param {Transfer} transfer was accepted: its files are sent */
  accepted(transfer) {
    const parcel = this.#parcels.get(transfer.id);
    if (!parcel || transfer.isOver) return;
    transfer.take("accept");
    const pair = this.#pair(transfer.pid);
    for (const entry of transfer.entries) {
      const file = parcel.files.get(entry.head.id);
      if (!file || entry.status !== "waiting") continue;
      const outgoing = new OutgoingFile(entry.head, file, parcel.had.get(entry.head.id) ?? []);
      outgoing.paused = transfer.isPaused;
      entry.status = "running";
      entry.moved = () => outgoing.sent;
      pair.queue.add(outgoing);
    }
    pair.run();
  }

  /**
   * Every piece of a file is written over there.
   *
   * @param {string} pid
   * @param {{file: OutgoingFile, root: Bytes}} detail
   */
  through(pid, { file: { head }, root }) {
    const transfer = this.#find(pid, head.id);
    const entry = transfer?.entry(head.id);
    if (!transfer || !entry) return;
    entry.status = "ending";
    this.#parcels.get(transfer.id)?.roots.set(head.id, toBase64Url(root));
    this.#tellEnd(transfer, head.id);
    transfer.changed();
  }

  /**
   * A file cannot be sent.
   *
   * @param {string} pid
   * @param {{file: OutgoingFile, reason: string}} detail
   */
  broken(pid, { file: { head }, reason }) {
    const transfer = this.#find(pid, head.id);
    const entry = transfer?.entry(head.id);
    if (!transfer || !entry) return;
    this.#tell(pid, "file-failed", { file: head.id, reason });
    transfer.settle(entry, "failed", reason);
  }

  /**
   * The receiver says what became of a file.
   *
   * @param {string} pid
   * @param {number} file
   * @param {string | null} reason why it failed; null: it is there
   * @returns {boolean} whether it is one of ours
   */
  outcome(pid, file, reason) {
    const transfer = this.#find(pid, file);
    const entry = transfer?.entry(file);
    if (!transfer || !entry) return false;
    if (reason === null && entry.status !== "ending") return true;
    this.#pair(pid).queue.drop(file);
    transfer.settle(entry, reason === null ? "done" : "failed", reason ?? "");
    return true;
  }

  /**
   * Offers again what was offered to somebody who came back; it goes on from what they have.
   *
   * @param {Transfer} transfer
   * @param {string} pid
   */
  offerAnew(transfer, pid) {
    const same = transfer.pid === pid;
    transfer.pid = pid;
    transfer.away = false;
    for (const entry of transfer.entries) {
      this.#pair(pid).queue.drop(entry.head.id);
      // Whoever is the same knows what is whole: they are only told its end again.
      if (entry.status === "running" || (entry.status === "ending" && !same)) entry.status = "waiting";
    }
    this.#parcels.get(transfer.id)?.had.clear();
    this.tellOffer(transfer);
  }

  /** @param {Transfer} transfer says again what may have been lost with a connection */
  restate(transfer) {
    if (transfer.state === "offered") this.tellOffer(transfer);
    for (const { head, status } of transfer.entries) if (status === "ending") this.#tellEnd(transfer, head.id);
  }

  /** @param {Transfer} transfer @param {number} file */
  #tellEnd({ id, pid }, file) {
    const root = this.#parcels.get(id)?.roots.get(file);
    if (root !== undefined) this.#tell(pid, "file-end", { file, root });
  }

  /** @param {string} pid @param {number} file */
  #find(pid, file) {
    return [...this.#transfers.values()].find((one) => one.direction === "out" && one.pid === pid && one.entry(file));
  }
}
