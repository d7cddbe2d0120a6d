/** Assembles offers that take several messages. */

import { LIMITS } from "./messages.js";

/** @import { FileMetadata, Offer } from "./messages.js" */

export class OfferAssembler {
  /** Incomplete offers by peer and transfer. @type {Map<string, FileMetadata[]>} */
  #parts = new Map();

  /** @param {string} pid @param {Offer} offer @returns {FileMetadata[] | null} null: incomplete, or inconsistent */
  addPart(pid, { transfer, count, files }) {
    const name = `${pid} ${transfer}`;
    const heads = [...(this.#parts.get(name) ?? []), ...files];
    this.#parts.delete(name);
    if (heads.length === count) return makeSense(heads) ? heads : null;
    // A peer that starts many offers and completes none loses the oldest.
    if (this.#parts.size >= LIMITS.offersWaiting) this.#parts.delete(/** @type {string} */ (this.#parts.keys().next().value));
    if (heads.length < count) this.#parts.set(name, heads);
    return null;
  }
}

/** @param {FileMetadata[]} heads */
function makeSense(heads) {
  const bytes = heads.reduce((sum, { size }) => sum + size, 0);
  return new Set(heads.map(({ id }) => id)).size === heads.length && bytes <= LIMITS.fileBytes;
}
