/** What a person has selected to send, and what of it cannot be sent: each by its name, with the reason. */

import { LIMITS, fitsOffer } from "../protocol/messages.js";
import { readEdges } from "../protocol/metadata.js";
import { addFolders } from "../protocol/name-map.js";
import { eachOf } from "./prepare.js";

/** @import { SelectedFile } from "../protocol/metadata.js" */
/**
 * - `limit`: beyond what one offer may have
 * - `deep`, `long`: beyond what file systems have
 * - `gone`: moved or deleted
 * - `package`: a folder that looks like a file (macOS)
 * - `unreadable`: not allowed, changed since it was selected, or something else than a file
 * @typedef {"limit" | "deep" | "long" | "gone" | "package" | "unreadable"} LeftReason
 */
/** @typedef {{name: string, path: string[], reason: LeftReason}} LeftOut name, path: as the sender has them */
/** @typedef {{chosen: SelectedFile[], left: LeftOut[]}} Selection */

const PACKAGE = /\.(?:app|bundle|framework|key|numbers|pages|photoslibrary|plugin|rtfd|xcodeproj)$/i;

/** Files that are read before the next ones are counted. */
const BATCH = 500;

/** Adds what fits to what was selected before; the same file is added once. @param {Selection} before @param {Selection} more @returns {Promise<Selection>} */
export async function addSelection(before, more) {
  const chosen = [...before.chosen];
  const left = new Map([...before.left, ...more.left].map((one) => [keyOf(one), one]));
  const leave = (/** @type {LeftOut} */ one) => left.set(keyOf(one), one);
  const found = new Map(chosen.map((one) => [idOf(one), one]));
  const room = new Room(chosen);
  for (let from = 0; from < more.chosen.length; from += BATCH) {
    const batch = more.chosen.slice(from, from + BATCH);
    const readable = room.isFull ? { chosen: batch, left: [] } : await probe(batch);
    readable.left.forEach(leave);
    for (const one of readable.chosen) {
      const same = found.get(idOf(one));
      if (same && (await isSame(same.file, one.file))) continue;
      const reason = room.refusalOf(one);
      if (reason) leave(leftOut(one, reason));
      else chosen.push(one);
      if (!reason) found.set(idOf(one), one);
    }
  }
  return { chosen, left: [...left.values()] };
}

/** Reads a byte of each file. @param {SelectedFile[]} chosen @returns {Promise<Selection>} */
function probe(chosen) {
  return sift(chosen, async (file) => void (await file.slice(0, 1).arrayBuffer()));
}

/** Reads what offers need, so that an offer of these files cannot fail. @param {SelectedFile[]} chosen @returns {Promise<Selection>} */
export function prepareFiles(chosen) {
  return sift(chosen, readEdges);
}

/** @param {SelectedFile} one @param {LeftReason} reason @returns {LeftOut} */
function leftOut({ file: { name }, path }, reason) {
  return { name, path, reason };
}

/** @param {unknown} error of reading it @param {string} name @returns {LeftReason} */
export function reasonOf(error, name) {
  if (error instanceof DOMException && error.name === "NotFoundError") return "gone";
  return PACKAGE.test(name) ? "package" : "unreadable";
}

/** @param {SelectedFile[]} chosen @param {(file: File) => Promise<unknown>} read @returns {Promise<Selection>} */
async function sift(chosen, read) {
  const results = await eachOf(chosen, async (one) => {
    try {
      await read(one.file);
      return one;
    } catch (error) {
      // A file that was changed meanwhile is read as it is now, where the browser can find it again.
      if (!one.handle) throw error;
      const again = { ...one, file: await one.handle.getFile() };
      await read(again.file);
      return again;
    }
  });
  /** @type {Selection} */
  const sifted = { chosen: [], left: [] };
  for (const [at, result] of results.entries()) {
    if (result.status === "fulfilled") sifted.chosen.push(result.value);
    else sifted.left.push(leftOut(chosen[at], reasonOf(result.reason, chosen[at].file.name)));
  }
  return sifted;
}

/** What an offer still has room for. */
class Room {
  #files = 0;
  #characters = 0;
  #folders = new Set();

  /** @param {SelectedFile[]} taken */
  constructor(taken) {
    for (const one of taken) this.refusalOf(one);
  }

  get isFull() {
    return this.#files >= LIMITS.filesOffered;
  }

  /** Takes the file, unless there is a reason not to. @param {SelectedFile} one @returns {LeftReason | null} */
  refusalOf({ file: { name }, path, folder }) {
    if (path.length + (folder ? 1 : 0) > LIMITS.pathLevels) return "deep";
    const joined = path.join("/");
    if (!fitsOffer(name, joined)) return "long";
    const characters = this.#characters + name.length + joined.length;
    if (this.isFull || characters > LIMITS.offerCharacters) return "limit";
    addFolders(this.#folders, folder ? [...path, name].join("/") : joined);
    if (this.#folders.size > LIMITS.foldersOffered) return "limit";
    this.#files += 1;
    this.#characters = characters;
    return null;
  }
}

/** @param {SelectedFile} selected */
function idOf({ file: { name, size, lastModified }, path }) {
  return JSON.stringify([...path, name, size, lastModified]);
}

/** @param {LeftOut} one */
function keyOf({ name, path, reason }) {
  return JSON.stringify([...path, name, reason]);
}

/** @param {File} one @param {File} other of the same name, size and date */
async function isSame(one, other) {
  const edges = await Promise.all([readEdges(one), readEdges(other)]).catch(() => null);
  return edges === null || edges[0] === edges[1];
}
