/**
 * Signaling through a third peer: when two who are in a call lose their connection while the server is away, somebody
 * whom both still reach hands their messages on. What is handed on is sealed for the addressee: whoever carries it can
 * neither read nor change it, only drop it.
 */

import { Emitter } from "../lib/emitter.js";
import { isId } from "../lib/patterns.js";

/** @import { Mesh } from "./mesh.js" */
/** @typedef {{to: string, body: string} | {from: string, body: string}} Forwarded a body to hand on, or one that was handed over */

export const TOPIC = "relay";
/** As the server takes it: `body` of docs/protocol.md. */
export const MAX_BODY_CHARACTERS = 60_000;
/** Bodies a minute from one peer, whether to be handed on or handed over. */
export const BODIES_PER_MINUTE = 120;
/** So many are asked to carry the same body: one of them may have lost the addressee, too. */
const FORWARDERS = 2;

/**
 * @typedef {object} PeerRelayEvents
 * @property {{from: string, body: string}} relay a body that a third peer has handed over; it says who wrote it, which only
 *   opening it proves
 */

/** @extends {Emitter<PeerRelayEvents>} */
export class PeerRelay extends Emitter {
  #mesh;
  #topic;
  #rotation = 0;

  /** @param {Mesh} mesh @param {AbortSignal} signal */
  constructor(mesh, signal) {
    super();
    this.#mesh = mesh;
    this.#topic = mesh.topic(TOPIC, { read: readForwarded, perMinute: BODIES_PER_MINUTE });
    this.#topic.on("message", ({ pid, message }) => this.#onForwarded(pid, message), { signal });
  }

  /**
   * Asks others to hand a body on; each time others, if there are enough.
   * @param {string} to
   * @param {string} body
   * @returns {boolean} whether anybody was asked
   */
  send(to, body) {
    const all = [...this.#mesh.peers.keys()].filter((pid) => pid !== to && this.#isConnected(pid));
    this.#rotation += 1;
    const from = all.length > FORWARDERS ? this.#rotation % all.length : 0;
    const carriers = [...all.slice(from), ...all.slice(0, from)].slice(0, FORWARDERS);
    return carriers.filter((pid) => this.#topic.send(pid, { to, body })).length > 0;
  }

  /** @param {string} pid @param {Forwarded} message */
  #onForwarded(pid, message) {
    if ("from" in message) {
      if (message.from !== pid) this.emit("relay", message);
    } else if (message.to !== pid && this.#isConnected(message.to)) {
      this.#topic.send(message.to, { from: pid, body: message.body });
    }
  }

  /** @param {string} pid */
  #isConnected(pid) {
    return this.#mesh.peers.get(pid)?.state === "connected";
  }
}

/** Reads what was told: a body to hand on, or one that was handed over. @param {any} payload @returns {Forwarded | null} */
export function readForwarded(payload) {
  const { to, from, body } = payload ?? {};
  if (typeof body !== "string" || body.length > MAX_BODY_CHARACTERS) return null;
  const [names, pid] = to === undefined ? ["from", from] : ["to", to];
  if (!isId(pid) || (to !== undefined && from !== undefined)) return null;
  return names === "to" ? { to: pid, body } : { from: pid, body };
}
