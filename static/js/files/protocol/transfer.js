/** One transfer as both sides see it: some files, offered together to one person. */

import { Emitter } from "../../lib/emitter.js";
import { isOver, next } from "./transfer-state.js";

/** @import { FileMetadata } from "./messages.js" */
/** @import { TransferInput, TransferState } from "./transfer-state.js" */
/** @typedef {"waiting" | "running" | "ending" | "done" | "failed"} FileStatus ending: all of it is there, and it is being compared */

/**
 * @typedef {object} Entry
 * @property {FileMetadata} head
 * @property {FileStatus} status
 * @property {string} reason why it failed
 * @property {() => number} moved bytes that went over
 * @property {Blob | null} result what came, once it is whole; null also when it was written to where the person wanted it
 */

/**
 * @typedef {object} TransferEvents
 * @property {void} changed anything about it is different; its properties are up to date
 * @property {void} state its state is; `emitChanged` follows
 */

/** @extends {Emitter<TransferEvents>} */
export class Transfer extends Emitter {
  id;
  direction;
  /** The peer's pid; another one after they came back. */
  pid;
  /** The peer's membership. */
  member;
  count;
  bytes;
  /** @type {Entry[]} */
  entries;
  /** Whether the peer is gone; the transfer goes on when they come back. */
  away = false;
  /** @type {TransferState} */
  #state = "offered";

  /**
   * @param {object} options @param {string} options.id @param {"in" | "out"} options.direction @param {string} options.pid
   * @param {string} options.member @param {FileMetadata[]} options.heads
   */
  constructor({ id, direction, pid, member, heads }) {
    super();
    this.id = id;
    this.direction = direction;
    this.pid = pid;
    this.member = member;
    this.count = heads.length;
    this.bytes = heads.reduce((sum, { size }) => sum + size, 0);
    this.entries = heads.map((head) => ({ head, status: "waiting", reason: "", moved: () => 0, result: null }));
  }

  /** @returns {TransferState} */
  get state() {
    return this.#state;
  }

  get isOver() {
    return isOver(this.#state);
  }

  /** Whether it stands still because somebody pressed Pause. */
  get isPaused() {
    return this.#state.startsWith("paused");
  }

  /** Whether it was accepted and is not over. */
  get isRunning() {
    return this.isPaused || this.#state === "running";
  }

  /** Bytes that went over. */
  get moved() {
    return this.entries.reduce((sum, { head, status, moved }) => sum + (status === "done" ? head.size : Math.min(head.size, moved())), 0);
  }

  /** The files that failed. */
  get failures() {
    return this.entries.filter(({ status }) => status === "failed");
  }

  /** Finds a file by its number. @param {number} id */
  entry(id) {
    return this.entries.find(({ head }) => head.id === id);
  }

  /**
   * Takes an input of the table.
   * @param {TransferInput} input
   * @returns {boolean} whether the state changed
   */
  applyInput(input) {
    const state = next(this.#state, input);
    if (state === this.#state) return false;
    this.#state = state;
    this.emit("state");
    this.emitChanged();
    return true;
  }

  /**
   * Notes what became of a file. The transfer is over when all its files are.
   * @param {Entry} entry @param {FileStatus} status @param {string} [reason]
   */
  settleEntry(entry, status, reason = "") {
    if (entry.status === "done" || entry.status === "failed") return;
    Object.assign(entry, { status, reason });
    const open = this.entries.some((other) => other.status !== "done" && other.status !== "failed");
    if (open) this.emitChanged();
    else this.applyInput(this.failures.length === this.count ? "fail" : "done");
  }

  /** Says that something is different now. */
  emitChanged() {
    this.emit("changed");
  }
}
