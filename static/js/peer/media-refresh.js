/**
 * Asking for something anew that is sent and does not arrive (topic `again`): the sender hands its encoder the track once
 * more, which begins with a picture that stands for itself.
 *
 * @module
 */

import { Allowance } from "./messages.js";

/** @typedef {import("./transceiver-pair.js").Kind} Kind */

/** Requests a minute of one person that are acted upon: a side that mends asks twice. */
const PER_MINUTE = 6;

export class Again {
  #mesh;
  /** @type {Map<string, Allowance>} */
  #allowances = new Map();

  /**
   * @param {import("./mesh.js").Mesh} mesh
   * @param {AbortSignal} signal ends it
   */
  constructor(mesh, signal) {
    this.#mesh = mesh;
    /** @type {(type: string, act: (detail: any) => void) => void} */
    const on = (type, act) => mesh.addEventListener(type, (event) => act(/** @type {CustomEvent} */ (event).detail), { signal });
    on("told", ({ pid, topic, payload }) => topic === "again" && this.#heard(pid, payload));
    on("peer-removed", ({ pid }) => this.#allowances.delete(pid));
  }

  /**
   * Asks somebody.
   *
   * @param {string} pid
   * @param {Kind} kind
   */
  ask(pid, kind) {
    this.#mesh.tell(pid, "again", { kind });
  }

  /**
   * @param {string} pid
   * @param {unknown} payload
   */
  #heard(pid, payload) {
    const kind = readAgain(payload);
    const connection = this.#mesh.peers.get(pid);
    if (kind === null || connection === undefined) return;
    const allowance = this.#allowances.get(pid) ?? new Allowance(PER_MINUTE);
    this.#allowances.set(pid, allowance);
    if (allowance.take()) void connection.sendAgain(kind);
  }
}

/**
 * Reads what a peer asks for.
 *
 * @param {unknown} payload
 * @returns {Kind | null} null when it is neither
 */
export function readAgain(payload) {
  const kind = /** @type {any} */ (payload)?.kind;
  return kind === "audio" || kind === "video" ? kind : null;
}
