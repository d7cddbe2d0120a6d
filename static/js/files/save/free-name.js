/** Names that are free in a folder of the person's: nothing there is ever replaced. */

import { foldName } from "../protocol/name-map.js";
import { plainName, splitForNumber } from "../protocol/safe-name.js";

/** Bytes of the longest number, ` (99999)`. */
const NUMBER_BYTES = 8;

/**
 * The name as a folder takes it: itself, or plainer where the browser refuses it.
 * @param {FileSystemDirectoryHandle} folder @param {string} name safe @returns {Promise<string>} @throws {TypeError} when the folder takes neither
 */
export async function takenName(folder, name) {
  const isTaken = (/** @type {string} */ one) => exists(folder, one).then(() => one);
  return isTaken(name).catch((error) => {
    if (error instanceof TypeError) return isTaken(plainName(name));
    throw error;
  });
}

/**
 * Takes the first name that is free: `thesis.txt`, else `thesis (2).txt`. @template T
 * @param {FileSystemDirectoryHandle} folder @param {string} name safe
 * @param {{isFolder: boolean, taken: Set<string>}} options taken: folded names that are not free either; the new one is added
 * @param {(name: string) => Promise<T>} take @returns {Promise<string>} @throws {TypeError} when the file system does not take the name
 */
export async function claimName(folder, name, { isFolder, taken }, take) {
  const { start, tail } = splitForNumber(name, NUMBER_BYTES, isFolder);
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${start} (${number})${tail}`;
    const folded = foldName(candidate);
    if (taken.has(folded) || (await exists(folder, candidate))) continue;
    taken.add(folded);
    await take(candidate);
    return candidate;
  }
}

/** Folded names of all that is in a folder. @param {FileSystemDirectoryHandle} folder @returns {Promise<Set<string>>} */
export async function namesIn(folder) {
  const names = new Set();
  for await (const name of /** @type {any} */ (folder).keys()) names.add(foldName(name));
  return names;
}

/** Whether the file system knows it; some ignore case and normalization. @param {FileSystemDirectoryHandle} folder @param {string} name */
async function exists(folder, name) {
  try {
    await folder.getFileHandle(name);
    return true;
  } catch (error) {
    const { name: kind } = /** @type {Error} */ (error);
    if (kind === "NotFoundError") return false;
    if (kind === "TypeMismatchError") return true;
    throw error;
  }
}
