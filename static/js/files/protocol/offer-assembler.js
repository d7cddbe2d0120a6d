/** Puts offers together that take several messages. */

import { LIMITS } from "./messages.js";

/** @import { FileMetadata, Offer } from "./messages.js" */

export class OfferAssembler {
  /** Offers of which parts are still to come, by peer and transfer. @type {Map<string, FileMetadata[]>} */
  #parts = new Map();

  /**
   * Takes a part.
   * @param {string} pid
   * @param {Offer} offer
   * @returns {FileMetadata[] | null} null until all of them are there; null, too, when they make no sense together
   */
  addPart(pid, { transfer, count, files }) {
    const name = `${pid} ${transfer}`;
    const heads = [...(this.#parts.get(name) ?? []), ...files];
    this.#parts.delete(name);
    if (heads.length === count) return makeSense(heads) ? heads : null;
    // Somebody who begins many offers and ends none of them is forgotten, the oldest first.
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
