/**
 * When two peers lose their connection while the server is unreachable, a peer whom both reach forwards their messages. Bodies
 * are sealed: the forwarder can drop but not read or change them.
 */

import { Emitter } from "../lib/emitter.js";
import { isId } from "../lib/patterns.js";

/** @import { Creates } from "../gate/topic.js" */
/** @import { Mesh } from "./mesh.js" */
/** @typedef {{to: string, body: string} | {from: string, body: string}} Forwarded to: please forward; from: forwarded to us */

export const TOPIC = "relay";
/** The server's limit: `body` in docs/protocol.md. */
export const MAX_BODY_CHARACTERS = 60_000;
/** Bodies a minute from one peer, to forward or forwarded. */
export const BODIES_PER_MINUTE = 120;
/** How many peers are asked to forward the same body: one of them may have lost the addressee, too. */
const FORWARDERS = 2;

/** @type {Creates<Forwarded>} */
const FORWARDING = { forwards: (message) => ("to" in message ? 1 : 0), envelopes: (message) => ("from" in message ? 1 : 0) };

/** @typedef {{relay: {from: string, body: string}}} PeerRelayEvents relay: forwarded; opening it proves who wrote it */

/** @extends {Emitter<PeerRelayEvents>} */
export class PeerRelay extends Emitter {
  #mesh;
  #topic;
  #rotation = 0;

  /** @param {Mesh} mesh @param {AbortSignal} signal */
  constructor(mesh, signal) {
    super();
    this.#mesh = mesh;
    this.#topic = mesh.topic(TOPIC, { read: readForwarded, perMinute: BODIES_PER_MINUTE, creates: FORWARDING });
    this.#topic.on("message", ({ pid, message }) => this.#onForwarded(pid, message), { signal });
  }

  /** Asks connected peers in rotation; false: there was none. @param {string} to @param {string} body @returns {boolean} */
  send(to, body) {
    const all = [...this.#mesh.peers.keys()].filter((pid) => pid !== to && this.#isConnected(pid));
    this.#rotation += 1;
    const from = all.length > FORWARDERS ? this.#rotation % all.length : 0;
    const forwarders = [...all.slice(from), ...all.slice(0, from)].slice(0, FORWARDERS);
    return forwarders.filter((pid) => this.#topic.send(pid, { to, body })).length > 0;
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

/** Returns null for anything that does not fit. @param {any} payload @returns {Forwarded | null} */
export function readForwarded(payload) {
  const { to, from, body } = payload ?? {};
  if (typeof body !== "string" || body.length > MAX_BODY_CHARACTERS) return null;
  const [names, pid] = to === undefined ? ["from", from] : ["to", to];
  if (!isId(pid) || (to !== undefined && from !== undefined)) return null;
  return names === "to" ? { to: pid, body } : { from: pid, body };
}
