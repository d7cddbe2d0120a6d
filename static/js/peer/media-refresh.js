/**
 * Asking for something anew that is sent and does not arrive (topic `refresh`): the sender hands its encoder the track once
 * more, which begins with a picture that stands for itself.
 *
 * @module
 */

import { RateLimiter } from "../lib/rate-limiter.js";

/** @typedef {import("./transceiver-pair.js").Kind} Kind */

/** Requests a minute of one person that are acted upon: a side that mends asks twice. */
const REQUESTS_PER_MINUTE = 6;

export class MediaRefresh {
  #mesh;
  /** @type {Map<string, RateLimiter>} */
  #rateLimiters = new Map();

  /**
   * @param {import("./mesh.js").Mesh} mesh
   * @param {AbortSignal} signal ends it
   */
  constructor(mesh, signal) {
    this.#mesh = mesh;
    mesh.on("message", ({ pid, topic, payload }) => topic === "refresh" && this.#onRequest(pid, payload), { signal });
    mesh.on("peer-removed", ({ pid }) => this.#rateLimiters.delete(pid), { signal });
  }

  /**
   * Asks somebody.
   *
   * @param {string} pid
   * @param {Kind} kind
   */
  requestRefresh(pid, kind) {
    this.#mesh.send(pid, "refresh", { kind });
  }

  /**
   * @param {string} pid
   * @param {unknown} payload
   */
  #onRequest(pid, payload) {
    const kind = readRefreshRequest(payload);
    const connection = this.#mesh.peers.get(pid);
    if (kind === null || connection === undefined) return;
    const limiter = this.#rateLimiters.get(pid) ?? new RateLimiter(REQUESTS_PER_MINUTE);
    this.#rateLimiters.set(pid, limiter);
    if (limiter.consume()) void connection.refreshTrack(kind);
  }
}

/**
 * Reads what a peer asks for.
 *
 * @param {unknown} payload
 * @returns {Kind | null} null when it is neither
 */
export function readRefreshRequest(payload) {
  const kind = /** @type {any} */ (payload)?.kind;
  return kind === "audio" || kind === "video" ? kind : null;
}
