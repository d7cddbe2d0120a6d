/** Requests a fresh start of media that does not arrive (topic `refresh`): the encoder starts again with a key frame. */

/** @import { Mesh } from "./mesh.js" */
/** @import { Kind } from "./transceiver-pair.js" */

/** Requests a minute that one peer may make: an honest peer makes two. */
const REQUESTS_PER_MINUTE = 6;

export class MediaRefresh {
  #topic;

  /** @param {Mesh} mesh @param {AbortSignal} signal */
  constructor(mesh, signal) {
    this.#topic = mesh.topic("refresh", { read: readRefreshRequest, perMinute: REQUESTS_PER_MINUTE, creates: { restarts: 1 } });
    this.#topic.on("message", ({ pid, message: kind }) => void mesh.peers.get(pid)?.refreshTrack(kind), { signal });
  }

  /** @param {string} pid @param {Kind} kind */
  requestRefresh(pid, kind) {
    this.#topic.send(pid, { kind });
  }
}

/** Returns null for anything but a kind of media. @param {unknown} payload @returns {Kind | null} */
export function readRefreshRequest(payload) {
  const kind = /** @type {any} */ (payload)?.kind;
  return kind === "audio" || kind === "video" ? kind : null;
}
