/**
 * Putting somebody out without the server: the owner or a moderator tells everybody, and everybody ends their connection
 * to them. Who is owner or moderator is what the server said when they came in.
 */

import { Emitter } from "../lib/emitter.js";
import { isId } from "../lib/patterns.js";

/** @import { Mesh } from "../peer/mesh.js" */

export const TOPIC = "kick";
/** Messages of one peer that are acted on: a host removes one person at a time. */
const PER_MINUTE = 60;

/**
 * Says who puts out whom, as `rooms/permissions.py` has it: the owner everybody else, moderators members and guests.
 * @param {string | undefined} by
 * @param {string | undefined} whom undefined: nobody whom the server has named
 */
function mayKick(by, whom) {
  if (whom === "owner") return false;
  return by === "owner" || (by === "moderator" && whom !== "moderator");
}

/**
 * @typedef {object} KicksEvents
 * @property {{by: string}} kicked one was removed oneself, by this pid
 */

/** @extends {Emitter<KicksEvents>} */
export class Kicks extends Emitter {
  #mesh;
  #topic;
  #pid;
  #roleOf;

  /**
   * @param {Mesh} mesh
   * @param {object} options
   * @param {string} options.pid one's own
   * @param {(pid: string) => string | undefined} options.roleOf as the server says
   * @param {AbortSignal} options.signal
   */
  constructor(mesh, { pid, roleOf, signal }) {
    super();
    this.#mesh = mesh;
    this.#pid = pid;
    this.#roleOf = roleOf;
    this.#topic = mesh.topic(TOPIC, { read: (payload) => (isId(payload?.pid) ? payload.pid : null), perMinute: PER_MINUTE });
    this.#topic.on("message", ({ pid: by, message: pid }) => this.#onKick(by, pid), { signal });
  }

  /** Puts somebody out: tells everybody, them too. Whoever is not allowed to is not listened to. @param {string} pid */
  kick(pid) {
    for (const other of this.#mesh.peers.keys()) this.#topic.send(other, { pid });
    this.#mesh.ban(pid);
  }

  /** @param {string} by @param {string} pid */
  #onKick(by, pid) {
    if (pid === by || !mayKick(this.#roleOf(by), this.#roleOf(pid))) return;
    if (pid !== this.#pid) this.#mesh.ban(pid);
    else this.emit("kicked", { by });
  }
}
