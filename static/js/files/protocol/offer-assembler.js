/** Assembles offers that take several messages, and names their files once all are here. */

import { LIMITS } from "./messages.js";
import { countFolders, mapNames } from "./name-map.js";

/** @import { FileMetadata, Offer, OfferedFile, Purpose } from "./messages.js" */
/** @typedef {{purpose: Purpose, heads: FileMetadata[]}} CompleteOffer */
/** @typedef {{purpose: Purpose, count: number, bytes: number, characters: number, files: Map<number, OfferedFile>}} PartialOffer files: by id */

/** Characters of names a minute that one peer may have named: three of the largest offers, or ten of 5,000 ordinary files. */
const WORK_PER_MINUTE = 6_000_000;
/** What a file costs beside its name. */
const WORK_PER_FILE = 100;

export class OfferAssembler {
  #now;
  /** What each peer may still cause, and when that was. @type {Map<string, {left: number, at: number}>} */
  #work = new Map();
  /** Incomplete offers by peer and transfer. @type {Map<string, PartialOffer>} */
  #parts = new Map();

  /** @param {() => number} [now] monotonic milliseconds */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** @param {string} pid @param {Offer} offer @returns {CompleteOffer | "busy" | null} busy: the peer offers too much at once; null: incomplete, or inconsistent */
  addPart(pid, { transfer, purpose, count, bytes, files }) {
    const name = `${pid} ${transfer}`;
    let known = this.#parts.get(name);
    this.#parts.delete(name);
    // After an interruption the sender starts again.
    if (!known || known.files.has(files[0].id)) known = { purpose, count, bytes, characters: 0, files: new Map() };
    const before = known.files.size;
    for (const file of files) {
      known.files.set(file.id, file);
      known.characters += file.name.length + file.path.length;
    }
    const isSound = known.files.size === before + files.length && known.count === count && known.bytes === bytes;
    if (!isSound || known.files.size > count || known.characters > LIMITS.offerCharacters) return null;
    if (known.files.size === count) return this.#mayWork(pid, known.characters + count * WORK_PER_FILE) ? complete(known) : "busy";
    // A peer that starts many offers and completes none loses the oldest.
    if (this.#parts.size >= LIMITS.offersWaiting) this.#parts.delete(/** @type {string} */ (this.#parts.keys().next().value));
    this.#parts.set(name, known);
    return null;
  }

  /** @param {string} pid @param {number} work */
  #mayWork(pid, work) {
    const now = this.#now();
    const { left, at } = this.#work.get(pid) ?? { left: WORK_PER_MINUTE, at: now };
    const rest = Math.min(WORK_PER_MINUTE, left + ((now - at) / 60_000) * WORK_PER_MINUTE) - work;
    if (rest >= 0) this.#work.set(pid, { left: rest, at: now });
    return rest >= 0;
  }
}

/** @param {PartialOffer} offer @returns {CompleteOffer | null} */
function complete({ purpose, bytes, files: byId }) {
  const files = [...byId.values()];
  const sum = files.reduce((all, { size }) => all + size, 0);
  return sum === bytes && countFolders(files) <= LIMITS.foldersOffered ? { purpose, heads: mapNames(files) } : null;
}
