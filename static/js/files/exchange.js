/**
 * The exchange: all transfers of this tab, and what is said about them to the peers. It shows nothing.
 *
 * Files are offered with `file-offer` and nothing moves before the receiver has accepted. Everything that is said may be said
 * twice: after a connection came back, both sides repeat where they stand.
 *
 * @module
 */

import { Emitter } from "../lib/emitter.js";
import { FairShare } from "./lanes/fair-share.js";
import { Inbox } from "./receive/receiver.js";
import { readOutcome, readTransfer } from "./protocol/messages.js";
import { Outbox } from "./send/sender.js";
import { FilePair } from "./lanes/peer-files.js";
import { Standstill } from "./lanes/stall-detector.js";

/** @import { Mesh } from "../peer/mesh.js" */
/** @import { Chosen } from "./protocol/metadata.js" */
/** @import { TransferInput } from "./protocol/transfer-state.js" */
/** @import { Transfer } from "./protocol/transfer.js" */
/** @import { Destination } from "./receive/destination.js" */

/** What the other side's words do to a transfer. @type {Readonly<Record<string, TransferInput>>} */
const INPUTS = Object.freeze({ "file-pause": "pause-there", "file-resume": "resume-there", "file-cancel": "cancel", "file-decline": "decline" });

/**
 * @typedef {object} FileExchangeEvents
 * @property {{transfer: Transfer}} added one of ours was offered, or a peer offers one; it is in `transfers`
 * @property {{transfer: Transfer}} removed it is not in `transfers` any more
 * @property {{pid: string, count: number, name: string}} wanted a peer waits for the rest of files that this tab does not hold
 *   any more; name: of one of them
 * @property {{pid: string}} refused a lane to that peer led to another certificate
 */

/** @extends {Emitter<FileExchangeEvents>} */
export class FileExchange extends Emitter {
  /** @type {Map<string, Transfer>} */
  transfers = new Map();
  share = new FairShare();
  standstill = new Standstill();
  #mesh;
  #memberOf;
  #inbox;
  #outbox;
  /** @type {Map<string, FilePair>} */
  #pairs = new Map();
  /** Peers who can be told something. @type {Set<string>} */
  #reached = new Set();
  #life = new AbortController();

  /**
   * @param {object} options
   * @param {Mesh} options.mesh
   * @param {string} options.room the room's slug
   * @param {(pid: string) => string} options.memberOf the membership of a peer, empty when it is not known
   */
  constructor({ mesh, room, memberOf }) {
    super();
    this.#mesh = mesh;
    this.#memberOf = memberOf;
    const ways = {
      tell: (/** @type {string} */ pid, /** @type {string} */ topic, /** @type {unknown} */ payload) => mesh.send(pid, topic, payload),
      pair: (/** @type {string} */ pid) => this.#pair(pid),
    };
    this.#inbox = new Inbox({ room, ...ways });
    this.#outbox = new Outbox({ transfers: this.transfers, ...ways });
    const { signal } = this.#life;
    mesh.on("message", ({ pid, topic, payload }) => topic.startsWith("file-") && this.#told(pid, topic, payload), { signal });
    mesh.on("peer-channel-open", ({ pid }) => this.#reachable(pid), { signal });
    mesh.on("peer-removed", ({ pid }) => this.#gone(pid), { signal });
    mesh.on("hidden", () => this.#pairs.forEach(({ lanes }) => lanes.end()), { signal });
    this.#inbox.on("offered", ({ transfer }) => this.#add(transfer));
    this.#inbox.on("replaced", ({ transfer }) => this.#forget(transfer));
  }

  /**
   * Offers files to somebody.
   *
   * @param {string} pid
   * @param {Chosen[]} chosen at least one
   * @returns {Promise<Transfer>}
   * @throws {DOMException} when one of them cannot be read
   */
  async offer(pid, chosen) {
    const transfer = await this.#outbox.pack(pid, this.#memberOf(pid), chosen);
    this.#add(transfer);
    this.#outbox.tellOffer(transfer);
    return transfer;
  }

  /**
   * Accepts an offer.
   *
   * @param {Transfer} transfer
   * @param {Destination} destination
   */
  async accept(transfer, destination) {
    if (transfer.state !== "offered" || transfer.direction !== "in") return;
    await this.#inbox.accept(transfer, destination);
  }

  /**
   * Does what the person wants of a transfer, and tells the other side.
   *
   * @param {Transfer} transfer
   * @param {"decline" | "pause" | "resume" | "cancel"} input
   */
  act(transfer, input) {
    if (!transfer.take(input)) return;
    this.#mesh.send(transfer.pid, `file-${input}`, { transfer: transfer.id });
    this.#follow(transfer);
  }

  /**
   * Takes a transfer that is over, or whose peer is gone, from the list; what came and was not saved is thrown away.
   *
   * @param {Transfer} transfer
   */
  async remove(transfer) {
    if (!transfer.isOver) this.act(transfer, transfer.direction === "in" && transfer.state === "offered" ? "decline" : "cancel");
    this.#forget(transfer);
    await this.#inbox.discard(transfer);
  }

  /**
   * Counts the lanes by which files go to a peer.
   *
   * @param {string} pid
   * @returns {number}
   */
  lanesOf(pid) {
    return this.#pairs.get(pid)?.lanes.standing.length ?? 0;
  }

  /** Leaves: what has come stays in the store, where a later visit finds it. */
  close() {
    this.#life.abort();
    for (const pair of this.#pairs.values()) pair.close();
    for (const transfer of this.transfers.values()) void this.#inbox.keep(transfer);
  }

  /** Whether files go to several peers. */
  get isShared() {
    return [...this.#pairs.values()].filter(({ queue }) => queue.isBusy).length > 1;
  }

  /** @param {Transfer} transfer */
  #add(transfer) {
    this.transfers.set(transfer.id, transfer);
    this.emit("added", { transfer });
  }

  /** @param {Transfer} transfer */
  #forget(transfer) {
    this.#outbox.forget(transfer);
    if (this.transfers.delete(transfer.id)) this.emit("removed", { transfer });
  }

  /** @param {string} pid */
  #pair(pid) {
    const known = this.#pairs.get(pid);
    if (known) return known;
    const pair = new FilePair(this.#mesh, pid, this);
    this.#pairs.set(pid, pair);
    pair.on("refused", () => this.emit("refused", { pid }));
    pair.on("garbage", () => this.#inbox.failAll(pid));
    pair.queue.on("through", (detail) => this.#outbox.through(pid, detail));
    pair.queue.on("broken", (detail) => this.#outbox.broken(pid, detail));
    return pair;
  }

  /** @param {string} pid @param {string} topic @param {unknown} payload */
  #told(pid, topic, payload) {
    if (topic === "file-signal") return this.#pair(pid).lanes.receive(payload);
    if (topic === "file-offer") return void this.#inbox.offered(pid, this.#memberOf(pid), payload, this.transfers);
    if (topic === "file-have") return this.#outbox.had(pid, payload);
    if (topic === "file-done" || topic === "file-failed") return this.#outcome(pid, topic, readOutcome(payload));
    if (topic === "file-end") return void this.#inbox.ended(pid, payload);
    if (topic === "file-wanted") return this.#wanted(pid, payload);
    const transfer = this.#transferOf(pid, readTransfer(payload));
    if (!transfer) return;
    if (topic === "file-accept" && transfer.direction === "out") this.#outbox.accepted(transfer);
    const input = INPUTS[topic];
    if (input === undefined || (input === "decline" && transfer.direction === "in")) return;
    if (transfer.take(input)) this.#follow(transfer);
  }

  /** @param {string} pid @param {string | null} id */
  #transferOf(pid, id) {
    const transfer = id === null ? undefined : this.transfers.get(id);
    return transfer?.pid === pid ? transfer : undefined;
  }

  /** @param {Transfer} transfer its state has changed: so does what moves */
  #follow(transfer) {
    const { queue } = this.#pair(transfer.pid);
    if (transfer.isOver) {
      for (const { head } of transfer.entries) queue.drop(head.id);
      if (transfer.state !== "done") void this.#inbox.discard(transfer);
      return;
    }
    for (const { head } of transfer.entries) queue.pause(head.id, transfer.isPaused);
  }

  /** @param {string} pid @param {string} topic @param {{file: number, reason: string} | null} told */
  #outcome(pid, topic, told) {
    if (told === null) return;
    const reason = topic === "file-failed" ? told.reason : null;
    if (!this.#outbox.outcome(pid, told.file, reason) && reason !== null) this.#inbox.failed(pid, told.file, reason);
  }

  /** @param {string} pid somebody can be told something, for the first time or again */
  #reachable(pid) {
    this.#reached.add(pid);
    const member = this.#memberOf(pid);
    for (const transfer of this.transfers.values()) {
      // A tab whose line was cut comes back as the peer it was, perhaps before the other side has noticed anything.
      if (transfer.member === member && transfer.away && !transfer.isOver) this.#cameBack(transfer, pid);
      else if (transfer.pid === pid) this.#restate(transfer);
    }
  }

  /**
   * Somebody came back, as another peer after a reload.
   *
   * @param {Transfer} transfer
   * @param {string} pid
   */
  #cameBack(transfer, pid) {
    if (transfer.direction === "in") return this.#inbox.askFor(transfer, pid);
    this.#outbox.offerAnew(transfer, pid);
    this.#restate(transfer);
    transfer.changed();
  }

  /** @param {Transfer} transfer says again what may have been lost */
  #restate(transfer) {
    const { id, pid, state, direction } = transfer;
    if (state === "paused-here" || state === "paused-both") this.#mesh.send(pid, "file-pause", { transfer: id });
    if (state === "running" || state === "paused-there") this.#mesh.send(pid, "file-resume", { transfer: id });
    if (state === "cancelled") this.#mesh.send(pid, "file-cancel", { transfer: id });
    if (direction === "out") this.#outbox.restate(transfer);
  }

  /** @param {string} pid */
  #gone(pid) {
    this.#pairs.get(pid)?.close();
    this.#pairs.delete(pid);
    this.#reached.delete(pid);
    for (const transfer of this.transfers.values()) {
      if (transfer.pid !== pid || transfer.isOver) continue;
      transfer.away = true;
      if (transfer.direction === "in" && transfer.state === "offered") transfer.take("cancel");
      if (transfer.direction === "in") void this.#inbox.keep(transfer);
      transfer.changed();
      // Somebody who came back may be here again before it is noticed that they were gone.
      const again = [...this.#reached].find((other) => this.#memberOf(other) === transfer.member);
      if (again !== undefined && !transfer.isOver) this.#cameBack(transfer, again);
    }
  }

  /** @param {string} pid @param {any} payload */
  #wanted(pid, payload) {
    const count = Number.isSafeInteger(payload?.count) ? Math.min(payload.count, 5_000) : 0;
    const name = typeof payload?.name === "string" ? payload.name.slice(0, 255) : "";
    const held = [...this.transfers.values()].filter((one) => one.direction === "out" && one.pid === pid && !one.isOver);
    if (count > 0 && held.length === 0) this.emit("wanted", { pid, count, name });
    // They were cut off and this side has not noticed: what was under way has to begin anew over there.
    for (const transfer of held) if (transfer.entries.some(({ status }) => status === "running")) this.#cameBack(transfer, pid);
  }
}
