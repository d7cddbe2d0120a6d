/** All file transfers of this tab. Nothing moves before an offer is accepted. Interruptions make messages arrive twice. */

import { Emitter } from "../lib/emitter.js";
import { CallWatch } from "./lanes/call-watch.js";
import { Echoes } from "./lanes/echoes.js";
import { FairShare } from "./lanes/fair-share.js";
import { Interruptions } from "./interruptions.js";
import { FileReceiver } from "./receive/receiver.js";
import { Reports } from "./receive/reports.js";
import { openFileTopics } from "./protocol/topics.js";
import { FileSender } from "./send/sender.js";
import { PeerFiles } from "./lanes/peer-files.js";
import { StallDetector } from "./lanes/stall-detector.js";
import { TransferList } from "./transfer-list.js";

/** @import { Bytes } from "../lib/encoding.js" */
/** @import { Mesh } from "../peer/mesh.js" */
/** @import { Heard } from "./lanes/call-watch.js" */
/** @import { SelectedFile } from "./protocol/metadata.js" */
/** @import { Offer, Purpose, Saved, Wanted } from "./protocol/messages.js" */
/** @import { TransferInput } from "./protocol/transfer-state.js" */
/** @import { Transfer } from "./protocol/transfer.js" */
/** @import { Destination } from "./receive/destination.js" */
/** @import { Described } from "./receive/receiver.js" */

/** How a peer's message changes a transfer. @type {Readonly<Record<"pause" | "resume" | "cancel", TransferInput>>} */
const INPUTS = Object.freeze({ pause: "pause-there", resume: "resume-there", cancel: "cancel-there" });

/**
 * @typedef {object} FileExchangeEvents
 * @property {{transfer: Transfer}} added an offer was sent or received; it is already in `transfers`
 * @property {{transfer: Transfer}} removed
 * @property {{pid: string} & Wanted} wanted a peer asks for files that this tab lost, or for none of them any more
 * @property {{pid: string}} refused a lane showed another certificate than the peer's
 */

/** @extends {Emitter<FileExchangeEvents>} */
export class FileExchange extends Emitter {
  fairShare = new FairShare();
  stallDetector = new StallDetector();
  callWatch;
  echoes;
  #mesh;
  #memberOf;
  #list = new TransferList();
  #topics;
  #receiver;
  #sender;
  #interruptions;
  #reports;
  /** @type {Map<string, PeerFiles>} */
  #byPeer = new Map();
  #life = new AbortController();

  /**
   * @param {{mesh: Mesh, room: string, memberOf: (pid: string) => string, describe?: (pid: string) => Described,
   *   heardFrom?: (pid: string) => Heard, callWatch?: CallWatch}} options room: slug; memberOf: empty if unknown; heardFrom: what the
   *   media know of a peer; callWatch: of a call that goes on over another mesh
   */
  constructor({ mesh, room, memberOf, describe = () => ({ room: "", sender: "", trust: "" }), heardFrom = () => ({ strained: false, concealed: 0 }), callWatch }) {
    super();
    this.callWatch = callWatch ?? new CallWatch(mesh.peers, heardFrom);
    this.#mesh = mesh;
    this.#memberOf = memberOf;
    const topics = (this.#topics = openFileTopics(mesh, { isKnown: (pid, id) => this.#list.find(pid, id) !== undefined }));
    const peerFiles = (/** @type {string} */ pid) => this.#peerFiles(pid);
    const receiver = (this.#receiver = new FileReceiver({ room, topics, peerFiles, describe }));
    const sender = (this.#sender = new FileSender({ transfers: this.transfers, topics, peerFiles }));
    this.#interruptions = new Interruptions({ list: this.#list, topics, sender, receiver, memberOf });
    const { signal } = this.#life;
    this.echoes = new Echoes(topics.echo, (pid, ms) => this.callWatch.addRoundTrip(pid, ms), signal);
    const pidsOf = (/** @type {string} */ member) => this.#interruptions.pidsOf(member);
    this.#reports = new Reports({ topics, transfers: this.transfers, pidsOf, signal });
    this.#listen(signal);
    mesh.on("peer-channel-open", ({ pid }) => this.#onChannelOpen(pid), { signal });
    mesh.on("peer-removed", ({ pid }) => this.#onPeerRemoved(pid), { signal });
    mesh.on("hidden", () => this.#byPeer.forEach(({ lanes }) => lanes.closeAll()), { signal });
    receiver.on("offered", ({ transfer }) => this.#addTransfer(transfer));
    receiver.on("arriving", ({ transfer }) => void this.#list.unlist(transfer));
    receiver.on("replaced", ({ transfer }) => this.#onReplaced(transfer));
  }

  /** By id. */
  get transfers() {
    return this.#list.listed;
  }

  /**
   * @param {string} pid @param {SelectedFile[]} chosen at least one
   * @param {{purpose?: Purpose, id?: string}} [options] id: of a waiting transfer, which the receiver knows
   * @returns {Promise<Transfer>} @throws {DOMException} when one of them cannot be read
   */
  async offerFiles(pid, chosen, { purpose = "", id } = {}) {
    const transfer = await this.#sender.createTransfer(pid, this.#memberOf(pid), chosen, { purpose, id });
    transfer.away = !this.#interruptions.isReachable(pid);
    this.#addTransfer(transfer);
    this.#sender.sendOffer(transfer);
    return transfer;
  }

  /** The files of a sent transfer that failed, as they are now. @param {Transfer} transfer @returns {Promise<SelectedFile[]>} */
  failedFiles(transfer) {
    return this.#sender.failedFiles(transfer);
  }

  /** @param {Transfer} transfer @returns {string | undefined} where its other person is reachable now: another pid after they reloaded */
  pidOf(transfer) {
    return this.#interruptions.pidOf(transfer);
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
    this.#interruptions.withdrawRequest(transfer);
  }

  /** Lets the sender know what became of files that an earlier visit received. @param {string} id @param {string} member @param {Saved} saved */
  reportSaved(id, member, saved) {
    this.#reports.reportSaved(id, member, saved);
  }

  /** Removes a transfer from the list, and discards what arrived and was not saved. @param {Transfer} transfer */
  async removeTransfer(transfer) {
    if (transfer.direction === "in" && transfer.saved === "not-yet") transfer.setSaved("removed");
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
    this.#list.add(transfer);
    if (transfer.direction === "in") this.#reports.follow(transfer);
    for (const one of this.#list.surplus(transfer)) {
      this.#forgetTransfer(one);
      void this.#receiver.discardTransfer(one);
    }
    this.emit("added", { transfer });
  }

  /** @param {Transfer} transfer */
  #forgetTransfer(transfer) {
    this.#sender.forgetTransfer(transfer);
    if (this.#list.unlist(transfer)) this.emit("removed", { transfer });
  }

  /** @param {Transfer} transfer incoming: another one receives its files */
  #onReplaced(transfer) {
    this.#interruptions.withdrawRequest(transfer);
    if (this.#list.drop(transfer)) this.emit("removed", { transfer });
  }

  /** @param {string} pid */
  #peerFiles(pid) {
    const known = this.#byPeer.get(pid);
    if (known) return known;
    const pair = new PeerFiles(this.#mesh, pid, {
      sendSignal: (signal) => this.#topics.signal.send(pid, signal),
      passFrame: (data, deliver) => this.#topics.frame.pass(pid, data, deliver),
    }, this);
    this.#byPeer.set(pid, pair);
    pair.on("refused", () => this.emit("refused", { pid }));
    pair.on("malformed", () => this.#receiver.failAllFrom(pid));
    pair.queue.on("sent", (detail) => this.#sender.onSent(pid, detail));
    pair.queue.on("failed", (detail) => this.#sender.onFailed(pid, detail));
    return pair;
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    const { offer, accept, asks, decline, have, end, done, failed, wanted, got, saved, signal: lanes } = this.#topics;
    lanes.on("message", ({ pid, message }) => this.#peerFiles(pid).lanes.receiveSignal(message), { signal });
    offer.on("message", ({ pid, message }) => this.#onOffer(pid, message), { signal });
    accept.on("message", ({ pid, message: id }) => this.#onAnswer(pid, id, (transfer) => this.#sender.onAccepted(transfer)), { signal });
    asks.on("message", ({ pid, message: id }) => this.#onAnswer(pid, id, (transfer) => this.#sender.onAsked(transfer)), { signal });
    decline.on("message", ({ pid, message }) => this.#onDecline(pid, message), { signal });
    have.on("message", ({ pid, message }) => this.#sender.onHave(pid, message), { signal });
    end.on("message", ({ pid, message }) => this.#onEnd(pid, message), { signal });
    done.on("message", ({ pid, message: { file } }) => void this.#sender.onResult(pid, file, null), { signal });
    failed.on("message", ({ pid, message }) => this.#onFailed(pid, message), { signal });
    got.on("message", ({ pid, message }) => this.#onGot(pid, message), { signal });
    saved.on("message", ({ pid, message }) => this.#onSaved(pid, message), { signal });
    wanted.on("message", ({ pid, message }) => this.#interruptions.onWanted(pid, message) || this.emit("wanted", { pid, ...message }), { signal });
    for (const name of /** @type {(keyof typeof INPUTS)[]} */ (Object.keys(INPUTS))) {
      this.#topics[name].on("message", ({ pid, message: id }) => this.#onInput(pid, id, INPUTS[name]), { signal });
    }
  }

  /** @param {string} pid @param {Offer} offer */
  #onOffer(pid, offer) {
    const known = this.#list.find(pid, offer.transfer);
    if (!known) return void this.#receiver.onOffer(pid, this.#memberOf(pid), offer);
    // Its first message asks for the answer; the others repeat what is known.
    if (known.direction === "out" || offer.files[0].id !== known.entries[0].head.id) return;
    this.#interruptions.onReoffered(known);
    void this.#receiver.sendAnswer(known);
  }

  /** The receiver says where it stands; it may have missed that there is no such offer. @param {string} pid @param {string} id @param {(transfer: Transfer) => void} act */
  #onAnswer(pid, id, act) {
    const transfer = this.#list.find(pid, id);
    if (transfer?.direction === "in") return;
    if (!transfer || transfer.isCancelled) return void this.#topics.cancel.send(pid, { transfer: id });
    act(transfer);
  }

  /** @param {string} pid @param {{transfer: string, busy: boolean}} message */
  #onDecline(pid, { transfer: id, busy }) {
    const transfer = this.#list.find(pid, id);
    if (transfer?.direction !== "out") return;
    if (!transfer.isOver) transfer.busy = busy;
    if (transfer.applyInput("decline-there")) this.#applyState(transfer);
  }

  /** @param {string} pid @param {{transfer: string, bytes: number}} message */
  #onGot(pid, { transfer: id, bytes }) {
    const transfer = this.#list.find(pid, id);
    if (transfer?.direction === "out" && transfer.isRunning) transfer.reported = bytes;
  }

  /** @param {string} pid perhaps another one than then @param {{transfer: string, saved: Saved}} message */
  #onSaved(pid, { transfer: id, saved }) {
    const transfer = this.transfers.get(id);
    const isTheirs = transfer?.pid === pid || (transfer?.member !== "" && transfer?.member === this.#memberOf(pid));
    if (transfer?.direction === "out" && isTheirs && transfer.done.length > 0) transfer.setSaved(saved);
  }

  /** @param {string} pid @param {{file: number, root: Bytes}} end */
  #onEnd(pid, end) {
    const removed = this.#list.unlistedWith(pid, end.file);
    if (removed) void this.#receiver.sendAnswer(removed);
    else void this.#receiver.onEnd(pid, end);
  }

  /** @param {string} pid @param {string} id @param {TransferInput} input */
  #onInput(pid, id, input) {
    const transfer = this.#list.find(pid, id);
    if (!transfer) return;
    if (transfer.applyInput(input)) this.#applyState(transfer);
    else if (transfer.isOver) this.#interruptions.repeatEnd(transfer);
  }

  /** @param {string} pid */
  #onChannelOpen(pid) {
    this.#interruptions.onChannelOpen(pid);
    this.#reports.repeatTo(pid, this.#memberOf(pid));
  }

  /** @param {string} pid */
  #onPeerRemoved(pid) {
    this.#byPeer.get(pid)?.close();
    this.#byPeer.delete(pid);
    this.#receiver.forgetPeer(pid);
    this.#interruptions.onPeerRemoved(pid);
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
}
