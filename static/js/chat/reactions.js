/** Reactions: one of a few pictures, shown for a moment and not stored. */

import { Emitter } from "../lib/emitter.js";
import { RateLimiter } from "../lib/rate-limiter.js";

/** @import { Room } from "./chat.js" */

export const TOPIC = "react";
export const REACTIONS = /** @type {const} */ (["thumb", "clap", "heart", "laugh", "wow", "party"]);
export const PER_MINUTE = 60;

/** @typedef {typeof REACTIONS[number]} Reaction */

/** Reads the topic `react`. @param {unknown} payload @returns {Reaction | null} */
export function readReaction(payload) {
  return REACTIONS.find((one) => one === payload) ?? null;
}

/** @typedef {object} ReactionsEvents @property {{pid: string, reaction: Reaction}} reaction anyone's, our own too */

/** @extends {Emitter<ReactionsEvents>} */
export class Reactions extends Emitter {
  #room;
  #mesh;
  #topic;
  #ownLimiter = new RateLimiter(PER_MINUTE);

  /** @param {Room} room @param {AbortSignal} signal */
  constructor(room, signal) {
    super();
    this.#room = room;
    this.#mesh = room.mesh;
    this.#topic = this.#mesh.topic(TOPIC, { read: readReaction, perMinute: PER_MINUTE, creates: { effects: 1 } });
    const show = (/** @type {string} */ pid, /** @type {Reaction} */ reaction) => this.emit("reaction", { pid, reaction });
    this.#topic.on("message", ({ pid, message }) => room.people.has(pid) && show(pid, message), { signal });
  }

  /** @param {Reaction} reaction */
  sendReaction(reaction) {
    if (!this.#ownLimiter.consume()) return;
    this.emit("reaction", { pid: this.#room.self.pid, reaction });
    for (const pid of this.#mesh.peers.keys()) this.#topic.send(pid, reaction);
  }
}
