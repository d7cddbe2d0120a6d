/** Receives offers and accepted files, and completes a file once its root matches. */

import { Emitter } from "../../lib/emitter.js";
import { IncomingTransfer } from "./incoming-transfer.js";
import { openSink } from "./destination.js";
import { IncomingFile } from "./incoming-file.js";
import { batchOfOffer } from "../received/claims.js";
import { received } from "../received/received-files.js";
import { removeLeftovers } from "../save/leftovers.js";
import { reasonOf } from "../storage/sinks.js";
import { LIMITS } from "../protocol/messages.js";
import { OfferAssembler } from "../protocol/offer-assembler.js";
import { Transfer } from "../protocol/transfer.js";

/** @import { PeerFiles } from "../lanes/peer-files.js" */
/** @import { Frame } from "../protocol/frame.js" */
/** @import { Bytes } from "../../lib/encoding.js" */
/** @import { Offer } from "../protocol/messages.js" */
/** @import { FileTopics } from "../protocol/topics.js" */
/** @import { Entry } from "../protocol/transfer.js" */
/** @import { Sink } from "../storage/sinks.js" */
/** @import { Destination } from "./destination.js" */
/** @typedef {{room: string, sender: string, trust: string}} Described names for the list of received files; trust: as in `ui/people/trust.js` */

/**
 * @typedef {object} FileReceiverEvents
 * @property {{transfer: Transfer}} arriving the offer is complete; messages about it may follow at once
 * @property {{transfer: Transfer}} offered it can be listed; one that resumes an accepted one is accepted already
 * @property {{transfer: Transfer}} replaced the same files were offered in a new transfer
 */

/** @extends {Emitter<FileReceiverEvents>} */
export class FileReceiver extends Emitter {
  #room;
  #topics;
  #peerFiles;
  #describe;
  #assembler = new OfferAssembler();
  /** Offers that are being looked up. @type {Set<Transfer>} */
  #arriving = new Set();
  /** @type {Map<Transfer, IncomingTransfer>} */
  #incoming = new Map();

  /** @param {{room: string, topics: FileTopics, peerFiles: (pid: string) => PeerFiles, describe: (pid: string) => Described}} options room: slug */
  constructor({ room, topics, peerFiles, describe }) {
    super();
    this.#room = room;
    this.#describe = describe;
    void received.tidy().catch(() => {});
    void removeLeftovers();
    this.#topics = topics;
    this.#peerFiles = peerFiles;
  }

  /** A part of an offer that this tab does not know. @param {string} pid @param {string} member @param {Offer} offer */
  async onOffer(pid, member, offer) {
    const isTheirs = (/** @type {Transfer} */ one) => one.pid === pid || (member !== "" && one.member === member);
    const waiting = [...this.#arriving, ...this.#incoming.keys()].filter((one) => isTheirs(one) && one.state === "offered");
    if (waiting.length >= LIMITS.offersWaiting) return void this.#topics.decline.send(pid, { transfer: offer.transfer, busy: true });
    const complete = this.#assembler.addPart(pid, offer);
    if (complete === null) return;
    const transfer = new Transfer({ id: offer.transfer, direction: "in", pid, member, ...complete });
    this.#arriving.add(transfer);
    this.emit("arriving", { transfer });
    try {
      await this.#takeOffer(transfer);
    } finally {
      this.#arriving.delete(transfer);
    }
  }

  /** @param {string} pid has left */
  forgetPeer(pid) {
    this.#assembler.forgetPeer(pid);
  }

  /** Lists an offer; one that was accepted before goes on. @param {Transfer} transfer */
  async #takeOffer(transfer) {
    const { id, pid, member, purpose, entries } = transfer;
    const { room: roomName, ...person } = this.#describe(pid);
    const heads = entries.map(({ head }) => head);
    const from = { room: this.#room, roomName, member, ...person };
    const offered = { offer: id, purpose, owner: `${this.#room} ${member}`, heads, from };
    const bin = new IncomingTransfer(transfer, offered, await batchOfOffer(offered));
    for (const [other, { batch }] of [...this.#incoming]) {
      if (batch !== bin.batch || other.isOver || other.state === "offered" || (!other.away && other.pid === pid)) continue;
      this.emit("replaced", { transfer: other });
      await this.#incoming.get(other)?.leave();
      this.#incoming.delete(other);
    }
    if (purpose !== "chat") bin.claim = await received.claims.resume(offered).catch(() => null);
    if (transfer.isOver) return bin.leave();
    this.#incoming.set(transfer, bin);
    transfer.on("state", () => {
      if (!transfer.isOver) return;
      for (const { head } of entries) this.#peerFiles(transfer.pid).receivers.delete(head.id);
      void bin.conclude();
    });
    if (bin.claim) transfer.applyInput("accept");
    this.emit("offered", { transfer });
    if (bin.claim) await this.#begin(transfer, bin);
    else if (transfer.state === "offered") await this.sendAnswer(transfer);
  }

  /** @param {Transfer} transfer @param {Destination} destination */
  async acceptTransfer(transfer, destination) {
    const bin = this.#incoming.get(transfer);
    if (!bin || transfer.away || !transfer.applyInput("accept")) return;
    bin.destination = destination;
    // Before the sender knows: from now on a reload resumes by itself.
    if (destination.kind === "store") bin.claim = await received.claims.claim(bin.offered).catch(() => null);
    if (transfer.isOver) await bin.conclude();
    else await this.#begin(transfer, bin);
  }

  /** @param {Transfer} transfer @param {IncomingTransfer} bin */
  async #begin(transfer, bin) {
    if (bin.claim) bin.records.push(bin.claim.id);
    const { receivers } = this.#peerFiles(transfer.pid);
    for (const entry of transfer.entries) receivers.set(entry.head.id, (frame) => this.#onFirstFrame(transfer, entry, frame));
    await this.sendAnswer(transfer);
  }

  /** Tells the sender where a transfer stands, for the first time or again. @param {Transfer} transfer */
  async sendAnswer(transfer) {
    const { pid } = transfer;
    const message = { transfer: transfer.id };
    if (transfer.state === "declined") return void this.#topics.decline.send(pid, message);
    if (transfer.state === "offered") return void this.#topics.asks.send(pid, message);
    for (const { head: { id: file }, status, reason } of transfer.entries) {
      if (status === "done") this.#topics.done.send(pid, { file });
      if (status === "failed") this.#topics.failed.send(pid, { file, reason });
    }
    if (transfer.isCancelled) return void this.#topics.cancel.send(pid, message);
    await this.#sendHave(transfer);
    if (!transfer.isRunning) return;
    this.#topics.accept.send(pid, message);
    this.#topics[transfer.isPausedHere ? "pause" : "resume"].send(pid, message);
  }

  /** Completes a file if its root matches. @param {string} pid @param {{file: number, root: Bytes}} end */
  async onEnd(pid, { file: id, root }) {
    const transfer = this.#findTransfer(pid, id);
    const entry = transfer?.entry(id);
    if (!transfer || !entry) return;
    if (entry.status === "done") return void this.#topics.done.send(pid, { file: id });
    if (entry.status === "failed") return void this.#topics.failed.send(pid, { file: id, reason: entry.reason });
    // A sender who was away offers it again, and a closed file is not whole until it is open again.
    if (!transfer.isRunning || transfer.away || entry.status === "ending") return;
    entry.status = "ending";
    transfer.emitChanged();
    try {
      const { sink, incoming } = this.#open(transfer, entry);
      const file = await incoming;
      if (!(await file.isWhole(root))) return this.#fail(transfer, entry, "incomplete");
      file.stop();
      const opened = await sink;
      const { blob, where } = await opened.finish();
      if (opened.stored || entry.head.folder) await this.#incoming.get(transfer)?.claim?.markWhole(transfer.entries.indexOf(entry));
      if (!transfer.isOver) Object.assign(entry, { result: blob, where });
    } catch (error) {
      return this.#fail(transfer, entry, reasonOf(error));
    }
    if (transfer.isOver) return;
    this.#peerFiles(pid).receivers.delete(id);
    this.#topics.done.send(pid, { file: id });
    transfer.settleEntry(entry, "done");
  }

  /** The sender gave up on a file. @param {string} pid @param {number} id @param {string} reason */
  onFailed(pid, id, reason) {
    const transfer = this.#findTransfer(pid, id);
    const entry = transfer?.entry(id);
    if (!transfer || !entry || transfer.state === "offered") return;
    void this.#dropFile(transfer, entry);
    transfer.settleEntry(entry, "failed", reason);
  }

  /** A peer violates the protocol: fails all of its transfers. @param {string} pid */
  failAllFrom(pid) {
    for (const transfer of this.#incoming.keys()) {
      if (transfer.pid !== pid || !transfer.isRunning) continue;
      for (const entry of transfer.entries) this.#fail(transfer, entry, "too-much");
    }
  }

  /** Asks a sender who is back for the rest. @param {Transfer} transfer @param {string} pid @param {{withdraw?: boolean}} [options] */
  requestRest(transfer, pid, { withdraw = false } = {}) {
    const open = transfer.entries.filter(({ status }) => status !== "done" && status !== "failed");
    const count = withdraw ? 0 : open.length;
    this.#topics.wanted.send(pid, { transfer: transfer.id, count, name: open[0]?.head.name ?? "" });
  }

  /** Keeps what can be resumed: the peer is gone. @param {Transfer} transfer */
  async keepPartial(transfer) {
    await this.#incoming.get(transfer)?.closeFiles();
  }

  /** Leaves all transfers: a later visit finds what can be resumed. */
  async close() {
    await Promise.all([...this.#incoming.values()].map((bin) => bin.leave()));
  }

  /** Removes everything that came with a transfer that is over. @param {Transfer} transfer */
  async discardTransfer(transfer) {
    const bin = this.#incoming.get(transfer);
    this.#incoming.delete(transfer);
    await bin?.removeAll();
  }

  /** Frees the storage of complete files. @param {Transfer} transfer @param {boolean} certain false: the browser may still be saving them */
  async freeSaved(transfer, certain) {
    await this.#incoming.get(transfer)?.freeSaved(certain);
  }

  /** Ids of its records in the list of received files. @param {Transfer} transfer */
  recordsOf(transfer) {
    return this.#incoming.get(transfer)?.records ?? [];
  }

  /** Whether complete files are lost with this tab. @param {Transfer} transfer */
  isInMemory(transfer) {
    return this.#incoming.get(transfer)?.inMemory ?? false;
  }

  /** Resumes after the sender was away. @param {Transfer} transfer */
  reopenTransfer(transfer) {
    Object.assign(transfer, { away: false, lost: false });
    for (const entry of transfer.isRunning ? transfer.entries : []) {
      if (entry.status !== "waiting" && entry.status !== "running") continue;
      this.#peerFiles(transfer.pid).receivers.set(entry.head.id, (frame) => this.#onFirstFrame(transfer, entry, frame));
    }
    transfer.emitChanged();
  }

  /** Names the pieces that need not be sent. @param {Transfer} transfer */
  async #sendHave(transfer) {
    const bin = this.#incoming.get(transfer);
    if (bin?.destination.kind !== "store") return;
    await bin.closed;
    for (const [at, entry] of transfer.entries.entries()) {
      if (entry.status !== "waiting" && entry.status !== "running") continue;
      if (!bin.opened.has(entry.head.id) && !bin.claim?.hasBytes(at)) continue;
      const file = await this.#open(transfer, entry).incoming.catch(() => null);
      if (file) this.#topics.have.send(transfer.pid, { file: entry.head.id, have: file.have.slice(0, 1_000) });
    }
  }

  /** @param {Transfer} transfer @param {Entry} entry @param {Frame} frame the first, or one that came before the file was open */
  #onFirstFrame(transfer, entry, frame) {
    if (transfer.isOver || entry.status === "done" || entry.status === "failed") return;
    void this.#open(transfer, entry).incoming.then((file) => file.receiveFrame(frame), (error) => this.#fail(transfer, entry, reasonOf(error)));
  }

  /** Opens a file, once. @param {Transfer} transfer @param {Entry} entry */
  #open(transfer, entry) {
    const bin = /** @type {IncomingTransfer} */ (this.#incoming.get(transfer));
    const { id } = entry.head;
    const known = bin.opened.get(id);
    if (known) return known;
    const at = transfer.entries.indexOf(entry);
    const sink = bin.closed.then(() => {
      const { claim } = bin;
      return openSink(bin.destination, entry.head, { key: claim?.files[at].key ?? "", kept: claim?.hasBytes(at) ?? false });
    });
    const incoming = sink.then((made) => this.#receive(transfer, entry, made, () => bin.opened.get(id)?.sink === sink));
    const opened = { sink, incoming };
    bin.opened.set(id, opened);
    incoming.catch(() => {});
    return opened;
  }

  /** @param {Transfer} transfer @param {Entry} entry @param {Sink} sink @param {() => boolean} isOpen false: it was closed meanwhile */
  #receive(transfer, entry, sink, isOpen) {
    const { pid } = transfer;
    const { id } = entry.head;
    const file = new IncomingFile(entry.head, sink);
    if (sink.stored) this.#incoming.get(transfer)?.claim?.markBegun(transfer.entries.indexOf(entry));
    transfer.had += file.received;
    entry.moved = () => file.received;
    if (entry.status === "waiting") entry.status = "running";
    const pair = this.#peerFiles(pid);
    file.on("answer", ({ kind, offset }) => {
      pair.answerSender(kind, id, offset);
    });
    file.on("failed", ({ reason }) => this.#fail(transfer, entry, reason));
    // Frames that already wait for this promise come first.
    queueMicrotask(() => isOpen() && pair.receivers.has(id) && pair.receivers.set(id, (frame) => file.receiveFrame(frame)));
    return file;
  }

  /** @param {Transfer} transfer @param {Entry} entry @param {string} reason */
  #fail(transfer, entry, reason) {
    if (entry.status === "done" || entry.status === "failed") return;
    this.#topics.failed.send(transfer.pid, { file: entry.head.id, reason });
    void this.#dropFile(transfer, entry);
    transfer.settleEntry(entry, "failed", reason);
  }

  /** @param {Transfer} transfer @param {Entry} entry */
  async #dropFile(transfer, entry) {
    this.#peerFiles(transfer.pid).receivers.delete(entry.head.id);
    await this.#incoming.get(transfer)?.discardFile(entry);
  }

  /** @param {string} pid @param {number} file */
  #findTransfer(pid, file) {
    return [...this.#incoming.keys()].find((one) => one.pid === pid && one.entry(file));
  }
}
