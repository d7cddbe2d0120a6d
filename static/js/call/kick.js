/** Removes a person without the server: a host asks all peers to disconnect them. Roles are what the server said at join. */

import { Emitter } from "../lib/emitter.js";
import { isId } from "../lib/patterns.js";

/** @import { Mesh } from "../peer/mesh.js" */

export const TOPIC = "kick";
const PER_MINUTE = 60;

/**
 * The same rule as `rooms/permissions.py`: the owner may remove everyone else, moderators may remove members and guests.
 * @param {string | undefined} by @param {string | undefined} whom undefined: not in the roster
 */
function mayKick(by, whom) {
  if (whom === "owner") return false;
  return by === "owner" || (by === "moderator" && whom !== "moderator");
}

/** @typedef {object} KicksEvents @property {{by: string}} kicked this person was removed; by: the host's pid */

/** @extends {Emitter<KicksEvents>} */
export class Kicks extends Emitter {
  #mesh;
  #topic;
  #pid;
  #roleOf;

  /**
   * @param {Mesh} mesh
   * @param {{pid: string, roleOf: (pid: string) => string | undefined, signal: AbortSignal}} options pid: our own; roleOf: as the
   *   server says
   */
  constructor(mesh, { pid, roleOf, signal }) {
    super();
    this.#mesh = mesh;
    this.#pid = pid;
    this.#roleOf = roleOf;
    this.#topic = mesh.topic(TOPIC, { read: (payload) => (isId(payload?.pid) ? payload.pid : null), perMinute: PER_MINUTE, creates: { bans: 1 } });
    this.#topic.on("message", ({ pid: by, message: pid }) => this.#onKick(by, pid), { signal });
  }

  /** Peers ignore a kick from a person who may not remove that one. @param {string} pid */
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
