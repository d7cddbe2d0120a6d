/**
 * Asking for something anew that is sent and does not arrive (topic `refresh`): the sender hands its encoder the track once
 * more, which begins with a picture that stands for itself.
 */

/** @import { Mesh } from "./mesh.js" */
/** @import { Kind } from "./transceiver-pair.js" */

/** Requests a minute of one person that are acted upon: a side that mends asks twice. */
const REQUESTS_PER_MINUTE = 6;

export class MediaRefresh {
  #topic;

  /**
   * @param {Mesh} mesh
   * @param {AbortSignal} signal ends it
   */
  constructor(mesh, signal) {
    this.#topic = mesh.topic("refresh", { read: readRefreshRequest, perMinute: REQUESTS_PER_MINUTE });
    this.#topic.on("message", ({ pid, message: kind }) => void mesh.peers.get(pid)?.refreshTrack(kind), { signal });
  }

  /** Asks somebody. @param {string} pid @param {Kind} kind */
  requestRefresh(pid, kind) {
    this.#topic.send(pid, { kind });
  }
}

/**
 * Reads what a peer asks for.
 * @param {unknown} payload
 * @returns {Kind | null} null when it is neither
 */
export function readRefreshRequest(payload) {
  const kind = /** @type {any} */ (payload)?.kind;
  return kind === "audio" || kind === "video" ? kind : null;
}
