/** All file transfers of this tab. Nothing moves before an offer is accepted. Interruptions make messages arrive twice. */

import { Emitter } from "../lib/emitter.js";
import { CallWatch } from "./lanes/call-watch.js";
import { Echoes } from "./lanes/echoes.js";
import { FairShare } from "./lanes/fair-share.js";
import { FileReceiver } from "./receive/receiver.js";
import { openFileTopics } from "./protocol/topics.js";
import { FileSender } from "./send/sender.js";
import { PeerFiles } from "./lanes/peer-files.js";
import { StallDetector } from "./lanes/stall-detector.js";

/** @import { Mesh } from "../peer/mesh.js" */
/** @import { Heard } from "./lanes/call-watch.js" */
/** @import { SelectedFile } from "./protocol/metadata.js" */
/** @import { Purpose } from "./protocol/messages.js" */
/** @import { TransferInput } from "./protocol/transfer-state.js" */
/** @import { Transfer } from "./protocol/transfer.js" */
/** @import { Destination } from "./receive/destination.js" */
/** @import { Described } from "./receive/receiver.js" */

/** How a peer's message changes a transfer. @type {Readonly<Record<"pause" | "resume" | "cancel" | "decline", TransferInput>>} */
const INPUTS = Object.freeze({ pause: "pause-there", resume: "resume-there", cancel: "cancel", decline: "decline" });

/**
 * @typedef {object} FileExchangeEvents
 * @property {{transfer: Transfer}} added an offer was sent or received; it is already in `transfers`
 * @property {{transfer: Transfer}} removed
 * @property {{pid: string, count: number, name: string}} wanted a peer asks for files that this tab lost; name: one of them
 * @property {{pid: string}} refused a lane showed another certificate than the peer's
 */

/** @extends {Emitter<FileExchangeEvents>} */
export class FileExchange extends Emitter {
  /** @type {Map<string, Transfer>} */
  transfers = new Map();
  fairShare = new FairShare();
  stallDetector = new StallDetector();
  callWatch;
  echoes;
  #mesh;
  #memberOf;
  #topics;
  #receiver;
  #sender;
  /** @type {Map<string, PeerFiles>} */
  #byPeer = new Map();
  /** Peers whose control channel is open. @type {Set<string>} */
  #reachable = new Set();
  #life = new AbortController();

  /**
   * @param {{mesh: Mesh, room: string, memberOf: (pid: string) => string, describe?: (pid: string) => Described,
   *   heardFrom?: (pid: string) => Heard}} options room: slug; memberOf: empty if unknown; heardFrom: what the media know of a peer
   */
  constructor({ mesh, room, memberOf, describe = () => ({ room: "", sender: "", trust: "" }), heardFrom = () => ({ strained: false, concealed: 0 }) }) {
    super();
    this.callWatch = new CallWatch(mesh.peers, heardFrom);
    this.#mesh = mesh;
    this.#memberOf = memberOf;
    const topics = (this.#topics = openFileTopics(mesh));
    const peerFiles = (/** @type {string} */ pid) => this.#peerFiles(pid);
    this.#receiver = new FileReceiver({ room, topics, peerFiles, describe });
    this.#sender = new FileSender({ transfers: this.transfers, topics, peerFiles });
    const { signal } = this.#life;
    this.echoes = new Echoes(topics.echo, (pid, ms) => this.callWatch.addRoundTrip(pid, ms), signal);
    this.#listen(signal);
    mesh.on("peer-channel-open", ({ pid }) => this.#onChannelOpen(pid), { signal });
    mesh.on("peer-removed", ({ pid }) => this.#onPeerRemoved(pid), { signal });
    mesh.on("hidden", () => this.#byPeer.forEach(({ lanes }) => lanes.closeAll()), { signal });
    this.#receiver.on("offered", ({ transfer }) => this.#addTransfer(transfer));
    this.#receiver.on("replaced", ({ transfer }) => this.#forgetTransfer(transfer));
  }

  /**
   * @param {string} pid @param {SelectedFile[]} chosen at least one @param {{purpose?: Purpose}} [options] @returns {Promise<Transfer>}
   * @throws {DOMException} when one of them cannot be read
   */
  async offerFiles(pid, chosen, { purpose = "" } = {}) {
    const transfer = await this.#sender.createTransfer(pid, this.#memberOf(pid), chosen, purpose);
    this.#addTransfer(transfer);
    this.#sender.sendOffer(transfer);
    return transfer;
  }

  /** @param {Transfer} transfer @param {Destination} destination */
  async acceptTransfer(transfer, destination) {
    if (transfer.state !== "offered" || transfer.direction !== "in") return;
    await this.#receiver.acceptTransfer(transfer, destination);
  }

  /** Applies an action of this person, and sends it. @param {Transfer} transfer @param {"decline" | "pause" | "resume" | "cancel"} input */
  applyAction(transfer, input) {
    if (!transfer.applyInput(input)) return;
    this.#topics[input].send(transfer.pid, { transfer: transfer.id });
    this.#applyState(transfer);
  }

  /** Removes a transfer from the list, and discards what arrived and was not saved. @param {Transfer} transfer */
  async removeTransfer(transfer) {
    if (!transfer.isOver) this.applyAction(transfer, transfer.direction === "in" && transfer.state === "offered" ? "decline" : "cancel");
    this.#forgetTransfer(transfer);
    await this.#receiver.discardTransfer(transfer);
  }

  /** @param {string} pid @returns {number} connected lanes to this peer */
  lanesOf(pid) {
    return this.#byPeer.get(pid)?.lanes.connected.length ?? 0;
  }

  /** Ids of a received transfer in the list of received files. @param {Transfer} transfer */
  recordsOf(transfer) {
    return this.#receiver.recordsOf(transfer);
  }

  /** Whether complete files are lost with this tab. @param {Transfer} transfer */
  isInMemory(transfer) {
    return this.#receiver.isInMemory(transfer);
  }

  /** Frees the storage of files that were saved. @param {Transfer} transfer @param {boolean} certain false: the browser may still be saving them */
  async freeSaved(transfer, certain) {
    await this.#receiver.freeSaved(transfer, certain);
  }

  /** Leaves the call: what came stays in the store, where a later visit finds it. */
  async close() {
    this.#life.abort();
    for (const pair of this.#byPeer.values()) pair.close();
    await this.#receiver.close();
  }

  /** Whether files are being sent to several peers. */
  get isShared() {
    return [...this.#byPeer.values()].filter(({ queue }) => queue.isBusy).length > 1;
  }

  /** @param {Transfer} transfer */
  #addTransfer(transfer) {
    this.transfers.set(transfer.id, transfer);
    this.emit("added", { transfer });
  }

  /** @param {Transfer} transfer */
  #forgetTransfer(transfer) {
    this.#sender.forgetTransfer(transfer);
    if (this.transfers.delete(transfer.id)) this.emit("removed", { transfer });
  }

  /** @param {string} pid */
  #peerFiles(pid) {
    const known = this.#byPeer.get(pid);
    if (known) return known;
    const pair = new PeerFiles(this.#mesh, pid, (signal) => this.#topics.signal.send(pid, signal), this);
    this.#byPeer.set(pid, pair);
    pair.on("refused", () => this.emit("refused", { pid }));
    pair.on("malformed", () => this.#receiver.failAllFrom(pid));
    pair.queue.on("sent", (detail) => this.#sender.onSent(pid, detail));
    pair.queue.on("failed", (detail) => this.#sender.onFailed(pid, detail));
    return pair;
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    const { offer, accept, have, end, done, failed, wanted, signal: lanes } = this.#topics;
    lanes.on("message", ({ pid, message }) => this.#peerFiles(pid).lanes.receiveSignal(message), { signal });
    offer.on("message", ({ pid, message }) => void this.#receiver.onOffer(pid, this.#memberOf(pid), message, this.transfers), { signal });
    accept.on("message", ({ pid, message: id }) => this.#onAccept(pid, id), { signal });
    have.on("message", ({ pid, message }) => this.#sender.onHave(pid, message), { signal });
    end.on("message", ({ pid, message }) => void this.#receiver.onEnd(pid, message), { signal });
    done.on("message", ({ pid, message: { file } }) => void this.#sender.onResult(pid, file, null), { signal });
    failed.on("message", ({ pid, message }) => this.#onFailed(pid, message), { signal });
    wanted.on("message", ({ pid, message }) => this.#onWanted(pid, message), { signal });
    for (const name of /** @type {(keyof typeof INPUTS)[]} */ (Object.keys(INPUTS))) {
      this.#topics[name].on("message", ({ pid, message: id }) => this.#onInput(pid, id, INPUTS[name]), { signal });
    }
  }

  /** @param {string} pid @param {string} id */
  #onAccept(pid, id) {
    const transfer = this.#transferOf(pid, id);
    if (transfer?.direction === "out") this.#sender.onAccepted(transfer);
  }

  /** @param {string} pid @param {string} id @param {TransferInput} input */
  #onInput(pid, id, input) {
    const transfer = this.#transferOf(pid, id);
    if (!transfer || (input === "decline" && transfer.direction === "in")) return;
    if (transfer.applyInput(input)) this.#applyState(transfer);
  }

  /** @param {string} pid @param {string} id */
  #transferOf(pid, id) {
    const transfer = this.transfers.get(id);
    return transfer?.pid === pid ? transfer : undefined;
  }

  /** Applies a new state to the send queue and the store. @param {Transfer} transfer */
  #applyState(transfer) {
    const { queue } = this.#peerFiles(transfer.pid);
    if (transfer.isOver) {
      for (const { head } of transfer.entries) queue.dropFile(head.id);
      return;
    }
    for (const { head } of transfer.entries) queue.pauseFile(head.id, transfer.isPaused);
  }

  /** @param {string} pid @param {{file: number, reason: string}} failure */
  #onFailed(pid, { file, reason }) {
    if (!this.#sender.onResult(pid, file, reason)) this.#receiver.onFailed(pid, file, reason);
  }

  /** @param {string} pid */
  #onChannelOpen(pid) {
    this.#reachable.add(pid);
    const member = this.#memberOf(pid);
    for (const transfer of this.transfers.values()) {
      // A tab that was cut off returns with its old pid, perhaps before this side has noticed.
      if (transfer.member === member && transfer.away && !transfer.isOver) this.#onPeerBack(transfer, pid);
      else if (transfer.pid === pid) this.#resendState(transfer);
    }
  }

  /** @param {Transfer} transfer @param {string} pid another one after a reload */
  #onPeerBack(transfer, pid) {
    if (transfer.direction === "in") return this.#receiver.requestRest(transfer, pid);
    this.#sender.reoffer(transfer, pid);
    this.#resendState(transfer);
    transfer.emitChanged();
  }

  /** Repeats what an interruption may have lost. @param {Transfer} transfer */
  #resendState(transfer) {
    const { id, pid, state, direction } = transfer;
    if (state === "paused-here" || state === "paused-both") this.#topics.pause.send(pid, { transfer: id });
    if (state === "running" || state === "paused-there") this.#topics.resume.send(pid, { transfer: id });
    if (state === "cancelled") this.#topics.cancel.send(pid, { transfer: id });
    if (direction === "out") this.#sender.resendState(transfer);
  }

  /** @param {string} pid */
  #onPeerRemoved(pid) {
    this.#byPeer.get(pid)?.close();
    this.#byPeer.delete(pid);
    this.#reachable.delete(pid);
    for (const transfer of this.transfers.values()) {
      if (transfer.pid !== pid || transfer.isOver) continue;
      transfer.away = true;
      if (transfer.direction === "in" && transfer.state === "offered") transfer.applyInput("cancel");
      if (transfer.direction === "in") void this.#receiver.keepPartial(transfer);
      transfer.emitChanged();
      // After a reload the person may be back before their old connection is given up.
      const again = [...this.#reachable].find((other) => this.#memberOf(other) === transfer.member);
      if (again !== undefined && !transfer.isOver) this.#onPeerBack(transfer, again);
    }
  }

  /** @param {string} pid @param {{count: number, name: string}} wanted */
  #onWanted(pid, { count, name }) {
    const open = [...this.transfers.values()].filter((one) => one.direction === "out" && one.pid === pid && !one.isOver);
    if (count > 0 && open.length === 0) this.emit("wanted", { pid, count, name });
    // The peer was cut off and this side has not noticed: files under way start again.
    for (const transfer of open) if (transfer.entries.some(({ status }) => status === "running")) this.#onPeerBack(transfer, pid);
  }
}
