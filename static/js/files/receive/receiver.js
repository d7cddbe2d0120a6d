/** Receives offers and accepted files, and completes a file once its root matches. */

import { Emitter } from "../../lib/emitter.js";
import { sha256, toBase64Url, toUtf8 } from "../../lib/encoding.js";
import { IncomingTransfer } from "./incoming-transfer.js";
import { openSink } from "./destination.js";
import { IncomingFile } from "./incoming-file.js";
import { ResumableFiles } from "../storage/resumable-files.js";
import { LIMITS } from "../protocol/messages.js";
import { OfferAssembler } from "../protocol/offer-assembler.js";
import { storeKey } from "../storage/sinks.js";
import { Transfer } from "../protocol/transfer.js";

/** @import { PeerFiles } from "../lanes/peer-files.js" */
/** @import { Frame } from "../protocol/frame.js" */
/** @import { Bytes } from "../../lib/encoding.js" */
/** @import { Offer } from "../protocol/messages.js" */
/** @import { FileTopics } from "../protocol/topics.js" */
/** @import { Entry } from "../protocol/transfer.js" */
/** @import { Sink } from "../storage/sinks.js" */
/** @import { Destination } from "./destination.js" */

/**
 * @typedef {object} FileReceiverEvents
 * @property {{transfer: Transfer}} offered the offer is complete; one that resumes an accepted one is accepted already
 * @property {{transfer: Transfer}} replaced the same files were offered in a new transfer
 */

/** @extends {Emitter<FileReceiverEvents>} */
export class FileReceiver extends Emitter {
  #room;
  #topics;
  #peerFiles;
  #assembler = new OfferAssembler();
  #resumable = new ResumableFiles();
  /** @type {Map<Transfer, IncomingTransfer>} */
  #incoming = new Map();

  /** @param {{room: string, topics: FileTopics, peerFiles: (pid: string) => PeerFiles}} options room: slug */
  constructor({ room, topics, peerFiles }) {
    super();
    this.#room = room;
    this.#topics = topics;
    this.#peerFiles = peerFiles;
  }

  /** @param {string} pid @param {string} member @param {Offer} offer @param {Map<string, Transfer>} transfers all of this tab */
  async onOffer(pid, member, offer, transfers) {
    const known = transfers.get(offer.transfer);
    if (known) return void (known.pid === pid && known.direction === "in" && this.#resendAnswer(known));
    const waits = (/** @type {Transfer} */ one) => one.pid === pid && one.direction === "in" && one.state === "offered";
    if ([...transfers.values()].filter(waits).length >= LIMITS.offersWaiting) return void this.#topics.decline.send(pid, { transfer: offer.transfer });
    const complete = this.#assembler.addPart(pid, offer);
    if (complete === null) return;
    const { heads } = complete;
    const transfer = new Transfer({ id: offer.transfer, direction: "in", pid, member, ...complete });
    const keys = await Promise.all(heads.map((head) => storeKey(head, `${this.#room} ${member}`)));
    const batch = toBase64Url(await sha256(toUtf8(keys.join(" "))));
    for (const [other, bin] of this.#incoming) {
      if (bin.batch === batch && other.away && !other.isOver) this.emit("replaced", { transfer: other });
    }
    this.#incoming.set(transfer, new IncomingTransfer(keys, batch));
    this.emit("offered", { transfer });
    if (await this.#resumable.hasBatch(keys, batch)) await this.acceptTransfer(transfer, { kind: "store" });
  }

  /** @param {Transfer} transfer @param {Destination} destination */
  async acceptTransfer(transfer, destination) {
    const bin = this.#incoming.get(transfer);
    if (!bin || !transfer.applyInput("accept")) return;
    bin.destination = destination;
    const { receivers } = this.#peerFiles(transfer.pid);
    for (const entry of transfer.entries) receivers.set(entry.head.id, (frame) => this.#onFirstFrame(transfer, entry, frame));
    await this.#sendHave(transfer);
    this.#topics.accept.send(transfer.pid, { transfer: transfer.id });
  }

  /** Completes a file if its root matches. @param {string} pid @param {{file: number, root: Bytes}} end */
  async onEnd(pid, { file: id, root }) {
    const transfer = this.#findTransfer(pid, id);
    const entry = transfer?.entry(id);
    if (!transfer || !entry) return;
    if (entry.status === "done") return void this.#topics.done.send(pid, { file: id });
    if (!transfer.isRunning || entry.status === "ending" || entry.status === "failed") return;
    entry.status = "ending";
    transfer.emitChanged();
    try {
      const { sink, incoming } = this.#open(transfer, entry);
      const file = await incoming;
      if (!(await file.isWhole(root))) return this.#fail(transfer, entry, "incomplete");
      file.stop();
      const { blob, where } = await (await sink).finish();
      Object.assign(entry, { result: blob, where });
    } catch {
      return this.#fail(transfer, entry, "storage");
    }
    if (transfer.isOver) return;
    this.#peerFiles(pid).receivers.delete(id);
    transfer.settleEntry(entry, "done");
    this.#topics.done.send(pid, { file: id });
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

  /** Asks a sender who is back for the rest. @param {Transfer} transfer @param {string} pid */
  requestRest(transfer, pid) {
    const open = transfer.entries.filter(({ status }) => status !== "done" && status !== "failed");
    this.#topics.wanted.send(pid, { count: open.length, name: open[0]?.head.name ?? "" });
  }

  /** Keeps what can be resumed: the peer is gone, or this tab leaves. @param {Transfer} transfer */
  async keepPartial(transfer) {
    await this.#incoming.get(transfer)?.closeFiles(transfer.entries);
    this.#resumable.refresh();
  }

  /** @param {Transfer} transfer */
  async discardTransfer(transfer) {
    for (const entry of transfer.entries) await this.#dropFile(transfer, entry);
    await this.#incoming.get(transfer)?.discardAll();
    this.#incoming.delete(transfer);
  }

  /** Answers a repeated offer as before. @param {Transfer} transfer */
  #resendAnswer(transfer) {
    if (transfer.away && transfer.isRunning) this.#reopen(transfer);
    if (transfer.state === "declined") this.#topics.decline.send(transfer.pid, { transfer: transfer.id });
    else if (transfer.state === "cancelled") this.#topics.cancel.send(transfer.pid, { transfer: transfer.id });
    else if (transfer.state !== "offered") void this.#sendHave(transfer).then(() => this.#topics.accept.send(transfer.pid, { transfer: transfer.id }));
  }

  /** Resumes after the sender was away. @param {Transfer} transfer */
  #reopen(transfer) {
    transfer.away = false;
    for (const entry of transfer.entries) {
      if (entry.status === "done" || entry.status === "failed") continue;
      if (entry.status === "ending") entry.status = "running";
      this.#peerFiles(transfer.pid).receivers.set(entry.head.id, (frame) => this.#onFirstFrame(transfer, entry, frame));
    }
    transfer.emitChanged();
  }

  /** Names the pieces that need not be sent. @param {Transfer} transfer */
  async #sendHave(transfer) {
    const bin = this.#incoming.get(transfer);
    if (bin?.destination.kind !== "store") return;
    await bin.closed;
    this.#resumable.refresh();
    for (const [at, entry] of transfer.entries.entries()) {
      if (entry.status === "done" || entry.status === "failed") continue;
      if (!bin.opened.has(entry.head.id) && !(await this.#resumable.has(bin.keys[at]))) continue;
      const file = await this.#open(transfer, entry).incoming.catch(() => null);
      if (file) this.#topics.have.send(transfer.pid, { file: entry.head.id, have: file.have.slice(0, 1_000) });
    }
  }

  /** @param {Transfer} transfer @param {Entry} entry @param {Frame} frame the first, or one that came before the file was open */
  #onFirstFrame(transfer, entry, frame) {
    if (transfer.isOver || entry.status === "done" || entry.status === "failed") return;
    void this.#open(transfer, entry).incoming.then((file) => file.receiveFrame(frame), () => this.#fail(transfer, entry, "storage"));
  }

  /** Opens a file, once. @param {Transfer} transfer @param {Entry} entry */
  #open(transfer, entry) {
    const bin = /** @type {IncomingTransfer} */ (this.#incoming.get(transfer));
    const { id } = entry.head;
    const known = bin.opened.get(id);
    if (known) return known;
    const key = bin.keys[transfer.entries.indexOf(entry)];
    const sink = bin.closed.then(async () => {
      return openSink(bin.destination, entry.head, { key, batch: bin.batch, kept: await this.#resumable.has(key) });
    });
    const incoming = sink.then((opened) => this.#receive(transfer, entry, opened));
    const opened = { sink, incoming };
    bin.opened.set(id, opened);
    incoming.catch(() => {});
    return opened;
  }

  /** @param {Transfer} transfer @param {Entry} entry @param {Sink} sink */
  #receive(transfer, entry, sink) {
    const { pid } = transfer;
    const { id } = entry.head;
    const file = new IncomingFile(entry.head, sink);
    entry.moved = () => file.received;
    if (entry.status === "waiting") entry.status = "running";
    const pair = this.#peerFiles(pid);
    file.on("answer", ({ kind, offset }) => {
      pair.answerSender(kind, id, offset);
    });
    file.on("failed", ({ reason }) => this.#fail(transfer, entry, reason));
    // Frames that already wait for this promise come first.
    queueMicrotask(() => pair.receivers.has(id) && pair.receivers.set(id, (frame) => file.receiveFrame(frame)));
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
    if (transfer.direction !== "in") return;
    this.#peerFiles(transfer.pid).receivers.delete(entry.head.id);
    await this.#incoming.get(transfer)?.discardFile(entry.head.id);
  }

  /** @param {string} pid @param {number} file */
  #findTransfer(pid, file) {
    return [...this.#incoming.keys()].find((one) => one.pid === pid && one.entry(file));
  }
}
