/** Stays in the transfer room as long as there is someone to meet, and enters it again after it was refused. */

import { Emitter } from "../lib/emitter.js";

/** @import { FileExchange } from "../files/exchange.js" */
/** @import { TransferRoom } from "./transfer-room.js" */

/** It is left this long after the last transfer: the last messages must still go. */
const LINGER_MS = 5_000;
const RETRY_MS = 60_000;

/** @typedef {() => Promise<TransferRoom | null>} OpenRoom null: without the room's key */

/**
 * @typedef {object} MeetingEvents
 * @property {{exchange: FileExchange}} entered
 * @property {void} left
 * @property {{member: string, name: string}} reachable files can be offered to this person
 * @property {void} changed someone is no longer reachable, or it is time to try again
 */

/** @extends {Emitter<MeetingEvents>} */
export class Meeting extends Emitter {
  #openRoom;
  /** @type {TransferRoom | null} */
  #room = null;
  #opening = false;
  #closed = false;
  /** Reachable tabs: memberships by pid. @type {Map<string, string>} */
  #reachable = new Map();
  /** @type {ReadonlySet<string>} */
  #members = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #linger;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;

  /** @param {OpenRoom} openRoom */
  constructor(openRoom) {
    super();
    this.#openRoom = openRoom;
  }

  /** A reachable tab of a member. @param {string} member @returns {string | undefined} */
  pidOf(member) {
    return [...this.#reachable].find(([, one]) => one === member)?.[0];
  }

  /** @param {ReadonlySet<string>} members whom to meet; none: leaves soon */
  meet(members) {
    this.#members = members;
    if (members.size === 0) {
      if (this.#room) this.#linger ??= setTimeout(() => this.leave(), LINGER_MS);
      return;
    }
    clearTimeout(this.#linger);
    this.#linger = undefined;
    if (this.#room) this.#room.connectTo(members);
    else if (!this.#opening && this.#retry === undefined) void this.#enter();
  }

  leave() {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    const room = this.#room;
    this.#room = null;
    this.#reachable.clear();
    room?.close();
    if (room) this.emit("left");
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.leave();
  }

  async #enter() {
    this.#opening = true;
    const room = await this.#openRoom().catch(() => null);
    this.#opening = false;
    if (room === null) return this.#retryLater();
    if (this.#closed || this.#members.size === 0) return room.close();
    this.#room = room;
    room.on("reachable", ({ pid, member, name }) => {
      this.#reachable.set(pid, member);
      this.emit("reachable", { member, name });
    });
    room.on("gone", ({ pid }) => {
      this.#reachable.delete(pid);
      this.emit("changed");
    });
    room.on("stopped", () => {
      this.leave();
      this.#retryLater();
    });
    this.emit("entered", { exchange: room.exchange });
    room.connectTo(this.#members);
    await room.start();
  }

  #retryLater() {
    if (this.#closed) return;
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.emit("changed");
    }, RETRY_MS);
  }
}
