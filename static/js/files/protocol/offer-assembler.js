/** Assembles offers that take several messages. */

import { LIMITS } from "./messages.js";

/** @import { FileMetadata, Offer, Purpose } from "./messages.js" */
/** @typedef {{purpose: Purpose, heads: FileMetadata[]}} CompleteOffer */

export class OfferAssembler {
  /** Incomplete offers by peer and transfer. @type {Map<string, CompleteOffer>} */
  #parts = new Map();

  /** @param {string} pid @param {Offer} offer @returns {CompleteOffer | null} null: incomplete, or inconsistent */
  addPart(pid, { transfer, purpose: first, count, files }) {
    const name = `${pid} ${transfer}`;
    const known = this.#parts.get(name);
    const heads = [...(known?.heads ?? []), ...files];
    const purpose = known?.purpose ?? first;
    this.#parts.delete(name);
    if (heads.length === count) return makeSense(heads) ? { purpose, heads } : null;
    // A peer that starts many offers and completes none loses the oldest.
    if (this.#parts.size >= LIMITS.offersWaiting) this.#parts.delete(/** @type {string} */ (this.#parts.keys().next().value));
    if (heads.length < count) this.#parts.set(name, { purpose, heads });
    return null;
  }
}

/** @param {FileMetadata[]} heads */
function makeSense(heads) {
  const bytes = heads.reduce((sum, { size }) => sum + size, 0);
  return new Set(heads.map(({ id }) => id)).size === heads.length && bytes <= LIMITS.fileBytes;
}
