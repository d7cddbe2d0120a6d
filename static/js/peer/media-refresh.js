/** Requests a fresh start of media that does not arrive (topic `refresh`): the encoder starts again with a key frame. */

/** @import { Mesh } from "./mesh.js" */
/** @import { MediaPart } from "./transceiver-pair.js" */

/** Requests a minute that one peer may make: two for each symptom. */
const REQUESTS_PER_MINUTE = 8;
/** @type {readonly MediaPart[]} */
const PARTS = ["audio", "video", "screen"];

export class MediaRefresh {
  #topic;

  /** @param {Mesh} mesh @param {AbortSignal} signal */
  constructor(mesh, signal) {
    this.#topic = mesh.topic("refresh", { read: readRefreshRequest, perMinute: REQUESTS_PER_MINUTE, creates: { restarts: 1 } });
    this.#topic.on("message", ({ pid, message: kind }) => this.#refresh(mesh, pid, kind), { signal });
  }

  /** @param {Mesh} mesh @param {string} pid @param {MediaPart} kind */
  #refresh(mesh, pid, kind) {
    // A picture from a shared encoder is encoded for this peer alone from then on.
    mesh.emit("peer-misses", { pid, kind });
    void mesh.peers.get(pid)?.refreshTrack(kind);
  }

  /** @param {string} pid @param {MediaPart} kind */
  requestRefresh(pid, kind) {
    this.#topic.send(pid, { kind });
  }
}

/** Returns null for anything but a kind of media. @param {unknown} payload @returns {MediaPart | null} */
export function readRefreshRequest(payload) {
  const kind = /** @type {any} */ (payload)?.kind;
  return PARTS.includes(kind) ? kind : null;
}
