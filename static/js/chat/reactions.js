/**
 * Reactions: one of a few pictures, shown for a moment and kept by nobody.
 *
 * @module
 */

import { Emitter } from "../lib/emitter.js";
import { RateLimiter } from "../lib/rate-limiter.js";

/** @typedef {import("./chat.js").Room} Room */

export const TOPIC = "react";
export const REACTIONS = /** @type {const} */ (["thumb", "clap", "heart", "laugh", "wow", "party"]);
/** From one person; whoever presses faster is shown no faster. */
export const PER_MINUTE = 60;

/** @typedef {typeof REACTIONS[number]} Reaction */

/**
 * Reads the topic `react`.
 *
 * @param {unknown} payload
 * @returns {Reaction | null}
 */
export function readReaction(payload) {
  return REACTIONS.find((one) => one === payload) ?? null;
}

/**
 * @typedef {object} ReactionsEvents
 * @property {{pid: string, reaction: Reaction}} reaction anyone's, one's own too
 */

/** @extends {Emitter<ReactionsEvents>} */
export class Reactions extends Emitter {
  #room;
  #mesh;
  /** @type {Map<string, RateLimiter>} */
  #taken = new Map();

  /**
   * @param {Room} room
   * @param {AbortSignal} signal ends it
   */
  constructor(room, signal) {
    super();
    this.#room = room;
    this.#mesh = room.mesh;
    const show = (/** @type {string} */ pid, /** @type {unknown} */ payload) => room.people.has(pid) && this.#show(pid, readReaction(payload));
    this.#mesh.on("message", ({ pid, topic, payload }) => topic === TOPIC && show(pid, payload), { signal });
    this.#mesh.on("peer-removed", ({ pid }) => this.#taken.delete(pid), { signal });
  }

  /** @param {Reaction} reaction is shown to everybody who is there */
  react(reaction) {
    const { pid } = this.#room.self;
    if (!this.#show(pid, reaction)) return;
    for (const peer of this.#mesh.peers.keys()) this.#mesh.send(peer, TOPIC, reaction);
  }

  /**
   * @param {string} pid
   * @param {Reaction | null} reaction
   * @returns {boolean} whether it is shown
   */
  #show(pid, reaction) {
    const taken = this.#taken.get(pid) ?? new RateLimiter(PER_MINUTE);
    this.#taken.set(pid, taken);
    if (!taken.consume() || reaction === null) return false;
    this.emit("reaction", { pid, reaction });
    return true;
  }
}
