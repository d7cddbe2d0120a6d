/** Sends offers and accepted files, and tracks which of them have arrived. */

import { toBase64Url } from "../../lib/encoding.js";
import { offerMessages } from "../protocol/metadata.js";
import { areWithin, makeTransferId } from "../protocol/messages.js";
import { mapNames } from "../protocol/name-map.js";
import { OutgoingFile } from "./outgoing-file.js";
import { offeredFiles } from "./prepare.js";
import { Transfer } from "../protocol/transfer.js";

/** @import { Bytes } from "../../lib/encoding.js" */
/** @import { PeerFiles } from "../lanes/peer-files.js" */
/** @import { OfferedFile, Purpose } from "../protocol/messages.js" */
/** @import { FileTopics } from "../protocol/topics.js" */
/** @import { SelectedFile } from "../protocol/metadata.js" */
/** @import { Ranges } from "../protocol/range-set.js" */
/**
 * @typedef {{offered: OfferedFile[], chosen: Map<number, SelectedFile>, had: Map<number, Ranges>, roots: Map<number, string>,
 *   answered: boolean}} OutgoingTransfer answered: the receiver has the whole offer
 */

export class FileSender {
  #transfers;
  #topics;
  #peerFiles;
  /** By transfer id. @type {Map<string, OutgoingTransfer>} */
  #outgoing = new Map();

  /** @param {{transfers: ReadonlyMap<string, Transfer>, topics: FileTopics, peerFiles: (pid: string) => PeerFiles}} options */
  constructor({ transfers, topics, peerFiles }) {
    this.#transfers = transfers;
    this.#topics = topics;
    this.#peerFiles = peerFiles;
  }

  /**
   * Prepares a transfer, without sending an offer.
   * @param {string} pid @param {string} member @param {SelectedFile[]} chosen at least one
   * @param {{purpose: Purpose, id?: string}} options @returns {Promise<Transfer>}
   * @throws {DOMException} when one of them cannot be read
   */
  async createTransfer(pid, member, chosen, { purpose, id = makeTransferId() }) {
    const offered = await offeredFiles(chosen);
    const transfer = new Transfer({ id, direction: "out", pid, member, heads: mapNames(offered), purpose });
    const files = new Map(offered.map((one, at) => [one.id, chosen[at]]));
    this.#outgoing.set(transfer.id, { offered, chosen: files, had: new Map(), roots: new Map(), answered: false });
    return transfer;
  }

  /** The files that failed, as they are now where the browser can open them again. @param {Transfer} transfer @returns {Promise<SelectedFile[]>} */
  async failedFiles(transfer) {
    const chosen = transfer.failures.flatMap(({ head }) => this.#outgoing.get(transfer.id)?.chosen.get(head.id) ?? []);
    return Promise.all(chosen.map(async (one) => ({ ...one, file: (await one.handle?.getFile().catch(() => null)) ?? one.file })));
  }

  /** @param {Transfer} transfer */
  forgetTransfer({ id }) {
    this.#outgoing.delete(id);
  }

  /** @param {Transfer} transfer */
  sendOffer({ id, pid, purpose }) {
    const parcel = this.#outgoing.get(id);
    for (const message of offerMessages(id, parcel?.offered ?? [], purpose)) this.#topics.offer.send(pid, message);
  }

  /** @param {string} pid @param {{file: number, have: Ranges}} message pieces that the receiver already has */
  onHave(pid, { file, have }) {
    for (const [id, { offered, had }] of this.#outgoing) {
      const head = this.#transfers.get(id)?.pid === pid ? offered.find((one) => one.id === file) : undefined;
      if (head && areWithin(have, head.size)) had.set(file, have);
    }
  }

  /** @param {Transfer} transfer */
  onAccepted(transfer) {
    const parcel = this.#outgoing.get(transfer.id);
    if (!parcel || transfer.isOver) return this.sendFailures(transfer);
    parcel.answered = true;
    transfer.applyInput("accept");
    this.sendFailures(transfer);
    const pair = this.#peerFiles(transfer.pid);
    for (const entry of transfer.entries) {
      const file = parcel.chosen.get(entry.head.id)?.file;
      if (!file || entry.status !== "waiting") continue;
      const outgoing = new OutgoingFile(entry.head, file, parcel.had.get(entry.head.id) ?? []);
      outgoing.paused = transfer.isPaused;
      entry.status = "running";
      entry.moved = () => outgoing.arrived;
      pair.queue.addFile(outgoing);
    }
    pair.run();
    this.#sendPause(transfer);
  }

  /** Whether this side has paused. @param {Transfer} transfer */
  #sendPause({ id, pid, isPausedHere }) {
    this.#topics[isPausedHere ? "pause" : "resume"].send(pid, { transfer: id });
  }

  /** The receiver's person has to answer (again): nothing is sent before. @param {Transfer} transfer */
  onAsked(transfer) {
    const parcel = this.#outgoing.get(transfer.id);
    if (parcel) parcel.answered = true;
    if (transfer.state !== "offered" && transfer.applyInput("ask")) this.#stopFiles(transfer);
  }

  /** @param {Transfer} transfer */
  onAnswered({ id }) {
    const parcel = this.#outgoing.get(id);
    if (parcel) parcel.answered = true;
  }

  /** Repeats which files failed. @param {Transfer} transfer */
  sendFailures({ pid, failures }) {
    for (const { head, reason } of failures) this.#topics.failed.send(pid, { file: head.id, reason });
  }

  /** @param {Transfer} transfer @param {{keepDone?: boolean}} [options] keepDone: the receiver is known to have the whole ones */
  #stopFiles(transfer, { keepDone = true } = {}) {
    for (const entry of transfer.entries) {
      this.#peerFiles(transfer.pid).queue.dropFile(entry.head.id);
      if (entry.status !== "failed" && !(entry.status === "done" && keepDone)) entry.status = "waiting";
    }
  }

  /** Every piece is acknowledged. @param {string} pid @param {{file: OutgoingFile, root: Bytes}} detail */
  onSent(pid, { file: { head }, root }) {
    const transfer = this.#findTransfer(pid, head.id);
    const entry = transfer?.entry(head.id);
    if (!transfer || !entry) return;
    entry.status = "ending";
    this.#outgoing.get(transfer.id)?.roots.set(head.id, toBase64Url(root));
    this.#sendEnd(transfer, head.id);
    transfer.emitChanged();
  }

  /** @param {string} pid @param {{file: OutgoingFile, reason: string}} detail */
  onFailed(pid, { file: { head }, reason }) {
    const transfer = this.#findTransfer(pid, head.id);
    const entry = transfer?.entry(head.id);
    if (!transfer || !entry) return;
    this.#topics.failed.send(pid, { file: head.id, reason });
    transfer.settleEntry(entry, "failed", reason);
  }

  /** @param {string} pid @param {number} file @param {string | null} reason null: done @returns {boolean} whether it is ours */
  onResult(pid, file, reason) {
    const transfer = this.#findTransfer(pid, file);
    const entry = transfer?.entry(file);
    if (!transfer || !entry) return false;
    // A receiver who reloaded may have whole files from before.
    const isSent = entry.status === "ending" || (entry.status === "waiting" && this.#outgoing.get(transfer.id)?.roots.has(file));
    if (reason === null && !isSent) return true;
    this.#peerFiles(pid).queue.dropFile(file);
    transfer.settleEntry(entry, reason === null ? "done" : "failed", reason ?? "");
    return true;
  }

  /** Repeats an offer to a peer who is back; it continues with the pieces that they lack. @param {Transfer} transfer @param {string} pid */
  reoffer(transfer, pid) {
    const keepDone = transfer.pid === pid;
    Object.assign(transfer, { pid, away: false, reported: 0 });
    this.#stopFiles(transfer, { keepDone });
    const parcel = this.#outgoing.get(transfer.id);
    parcel?.had.clear();
    if (parcel) parcel.answered = false;
    this.sendOffer(transfer);
  }

  /** Repeats what an interruption may have lost. @param {Transfer} transfer */
  resendState(transfer) {
    if (this.#outgoing.get(transfer.id)?.answered === false) this.sendOffer(transfer);
    if (transfer.isRunning) this.#sendPause(transfer);
    for (const { head, status } of transfer.entries) if (status === "ending") this.#sendEnd(transfer, head.id);
  }

  /** @param {Transfer} transfer @param {number} file */
  #sendEnd({ id, pid }, file) {
    const root = this.#outgoing.get(id)?.roots.get(file);
    if (root !== undefined) this.#topics.end.send(pid, { file, root });
  }

  /** @param {string} pid @param {number} file */
  #findTransfer(pid, file) {
    return [...this.#transfers.values()].find((one) => one.direction === "out" && one.pid === pid && one.entry(file));
  }
}
