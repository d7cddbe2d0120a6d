/** Assembles offers that take several messages, and names their files once all are here. */

import { RecentMap } from "../../lib/recent-map.js";
import { LIMITS } from "./messages.js";
import { countFolders, mapNames } from "./name-map.js";

/** @import { FileMetadata, Offer, OfferedFile, Purpose } from "./messages.js" */
/** @typedef {{purpose: Purpose, heads: FileMetadata[]}} CompleteOffer */
/** @typedef {{purpose: Purpose, count: number, bytes: number, characters: number, files: Map<number, OfferedFile>}} PartialOffer files: by id */

/** Incomplete offers of one peer: an honest one sends the messages of an offer in a row. */
const MAX_INCOMPLETE = 4;

export class OfferAssembler {
  /** By peer, then by transfer. @type {Map<string, RecentMap<PartialOffer>>} */
  #parts = new Map();

  /** @param {string} pid @param {Offer} offer @returns {CompleteOffer | null} null: incomplete, or inconsistent */
  addPart(pid, { transfer, purpose, count, bytes, files }) {
    const parts = this.#parts.get(pid) ?? new RecentMap(MAX_INCOMPLETE);
    this.#parts.set(pid, parts);
    let known = parts.get(transfer);
    parts.delete(transfer);
    // After an interruption the sender starts again.
    if (!known || known.files.has(files[0].id)) known = { purpose, count, bytes, characters: 0, files: new Map() };
    const before = known.files.size;
    for (const file of files) {
      known.files.set(file.id, file);
      known.characters += file.name.length + file.path.length;
    }
    const isSound = known.files.size === before + files.length && known.count === count && known.bytes === bytes;
    if (!isSound || known.files.size > count || known.characters > LIMITS.offerCharacters) return null;
    if (known.files.size === count) return complete(known);
    // A peer that starts many offers and completes none loses the oldest.
    parts.set(transfer, known);
    return null;
  }

  /** @param {string} pid */
  forgetPeer(pid) {
    this.#parts.delete(pid);
  }
}

/** @param {PartialOffer} offer @returns {CompleteOffer | null} */
function complete({ purpose, bytes, files: byId }) {
  const files = [...byId.values()];
  const sum = files.reduce((all, { size }) => all + size, 0);
  return sum === bytes && countFolders(files) <= LIMITS.foldersOffered ? { purpose, heads: mapNames(files) } : null;
}
