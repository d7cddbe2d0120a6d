/** One transfer as both sides see it: files offered together to one person. */

import { Emitter } from "../../lib/emitter.js";
import { isOver, next } from "./transfer-state.js";

/** @import { FileMetadata, Purpose, Saved } from "./messages.js" */
/** @import { TransferInput, TransferState } from "./transfer-state.js" */
/** @typedef {"waiting" | "running" | "ending" | "done" | "failed"} FileStatus ending: complete, its root is being compared */

/**
 * @typedef {{head: FileMetadata, status: FileStatus, reason: string, moved: () => number, result: Blob | null, where: string}} Entry reason:
 *   why it failed; moved: bytes; result: the whole file, null: incomplete, or at the destination that the person chose; where: that place
 */

/**
 * @typedef {object} TransferEvents
 * @property {void} changed any property; all are already updated
 * @property {void} state the state; `changed` follows
 * @property {void} saved `saved`; `changed` follows
 */

/** @extends {Emitter<TransferEvents>} */
export class Transfer extends Emitter {
  id;
  direction;
  purpose;
  /** The peer's pid; a new one after they reload. */
  pid;
  member;
  count;
  bytes;
  /** @type {Entry[]} */
  entries;
  /** The peer is gone; the transfer goes on when they return. */
  away = false;
  /** The sender is back without the files and has to choose them again. */
  lost = false;
  /** The receiver had accepted, and has to accept again. */
  again = false;
  /** @type {Saved} */
  saved = "";
  /** Nothing was declined by a person: too many offers wait there. */
  busy = false;
  /** Bytes that the receiver had when it went on. */
  had = 0;
  /** The receiver's count of bytes, at the sender. */
  reported = 0;
  /** @type {TransferState} */
  #state = "offered";
  /** Paused by this side when the receiver had to be asked again. */
  #wasPaused = false;

  /** @param {{id: string, direction: "in" | "out", pid: string, member: string, heads: FileMetadata[], purpose?: Purpose}} options */
  constructor({ id, direction, pid, member, heads, purpose = "" }) {
    super();
    this.id = id;
    this.direction = direction;
    this.purpose = purpose;
    this.pid = pid;
    this.member = member;
    this.count = heads.length;
    this.bytes = heads.reduce((sum, { size }) => sum + size, 0);
    this.entries = heads.map((head) => ({ head, status: "waiting", reason: "", moved: () => 0, result: null, where: "" }));
  }

  /** @returns {TransferState} */
  get state() {
    return this.#state;
  }

  get isOver() {
    return isOver(this.#state);
  }

  get isPaused() {
    return this.#state.startsWith("paused");
  }

  get isPausedHere() {
    return this.#state === "paused-here" || this.#state === "paused-both";
  }

  /** Accepted and not over. */
  get isRunning() {
    return this.isPaused || this.#state === "running";
  }

  get isCancelled() {
    return this.#state === "cancelled-here" || this.#state === "cancelled-there";
  }

  /** Bytes at the receiver. */
  get moved() {
    const sum = this.entries.reduce((bytes, { head, status, moved }) => bytes + (status === "done" ? head.size : Math.min(head.size, moved())), 0);
    return Math.max(sum, Math.min(this.bytes, this.reported));
  }

  /** Bytes that moved since it was accepted or went on, without what the receiver had before. */
  get fresh() {
    return this.moved - this.had;
  }

  get done() {
    return this.entries.filter(({ status }) => status === "done");
  }

  get failures() {
    return this.entries.filter(({ status }) => status === "failed");
  }

  /** @param {number} id */
  entry(id) {
    return this.entries.find(({ head }) => head.id === id);
  }

  /** @param {TransferInput} input @returns {boolean} whether the state changed */
  applyInput(input) {
    const state = next(this.#state, input);
    if (state === this.#state) return false;
    if (input === "ask") {
      this.again = true;
      this.#wasPaused = this.isPausedHere;
    }
    this.#state = input === "accept" && this.#wasPaused ? next(state, "pause") : state;
    this.emit("state");
    this.emitChanged();
    return true;
  }

  /** Ends a file; the transfer is over when all files are. @param {Entry} entry @param {FileStatus} status @param {string} [reason] */
  settleEntry(entry, status, reason = "") {
    if (entry.status === "done" || entry.status === "failed") return;
    Object.assign(entry, { status, reason });
    const open = this.entries.some((other) => other.status !== "done" && other.status !== "failed");
    if (open) this.emitChanged();
    else this.applyInput(this.failures.length === this.count ? "fail" : "done");
  }

  /** @param {Saved} saved what was saved stays so */
  setSaved(saved) {
    if (this.saved === saved || this.saved === "yes") return;
    this.saved = saved;
    this.emit("saved");
    this.emitChanged();
  }

  emitChanged() {
    this.emit("changed");
  }
}
