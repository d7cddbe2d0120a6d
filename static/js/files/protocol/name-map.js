/**
 * The names of an offer as both sides know them: each one safe, and no two the same on any file system, also on those that ignore
 * case or normalization. Equal folders stay one folder, others stay apart, and no file has the name of a folder beside it.
 * What already has a good name keeps it; the others get a number. The order of the offer does not matter.
 */

import { safeName, splitForNumber } from "./safe-name.js";

/** @import { FileMetadata, OfferedFile } from "./messages.js" */
/** @typedef {{raw: string, parent: Folder | null, name: string, path: string[] | null, folders: Map<string, Folder>, files: OfferedFile[]}} Folder raw: the sender's name; path: with its own name, once needed */
/** @typedef {{raw: string, safe: string, folder: Folder | null, file: OfferedFile | null}} Claim of a name in a folder, by one of the two */

/** Bytes of the longest number, ` (99999)`. */
const NUMBER_BYTES = 8;
const ASCII = /^[ -~]*$/;

/** @param {readonly OfferedFile[]} files a whole offer @returns {FileMetadata[]} in the same order */
export function mapNames(files) {
  const root = makeFolder("", null);
  root.path = [];
  const places = files.map((file) => place(root, file));
  /** @type {Map<OfferedFile, string>} */
  const names = new Map();
  const open = [root];
  for (let folder = open.pop(); folder; folder = open.pop()) {
    nameAll(folder, names);
    for (const inside of folder.folders.values()) open.push(inside);
  }
  return files.map((file, at) => {
    const { folder, parent } = places[at];
    return { ...file, name: folder ? folder.name : /** @type {string} */ (names.get(file)), path: pathOf(parent) };
  });
}

/** @param {readonly OfferedFile[]} files @returns {number} the folders that they make */
export function countFolders(files) {
  const paths = new Set();
  for (const { name, path, folder } of files) addFolders(paths, folder ? `${path}${path && "/"}${name}` : path);
  return paths.size;
}

/** Adds a folder and those that it is in. @param {Set<string>} paths @param {string} path */
export function addFolders(paths, path) {
  for (let end = path.length; end > 0 && !paths.has(path.slice(0, end)); end = path.lastIndexOf("/", end - 1)) paths.add(path.slice(0, end));
}

/** Equal for names that some file system takes for one: case (Unicode, also German ß and Greek ς), normalization, what it ignores. @param {string} name */
export function foldName(name) {
  if (ASCII.test(name)) return name.toUpperCase();
  const folded = name.replace(/\p{Default_Ignorable_Code_Point}/gu, "").normalize("NFKD").toLowerCase().toUpperCase().normalize("NFKD");
  return folded.toLowerCase().toUpperCase().normalize("NFKC");
}

/** @param {Folder} root @param {OfferedFile} file @returns {{parent: Folder, folder: Folder | null}} folder: the file is one */
function place(root, file) {
  let parent = root;
  if (file.path !== "") for (const part of file.path.split("/")) parent = enter(parent, part);
  if (file.folder) return { parent, folder: enter(parent, file.name) };
  parent.files.push(file);
  return { parent, folder: null };
}

/** @param {Folder} parent @param {string} raw */
function enter(parent, raw) {
  const known = parent.folders.get(raw);
  if (known) return known;
  const folder = makeFolder(raw, parent);
  parent.folders.set(raw, folder);
  return folder;
}

/** @param {string} raw @param {Folder | null} parent @returns {Folder} */
function makeFolder(raw, parent) {
  return { raw, parent, name: "", path: null, folders: new Map(), files: [] };
}

/** Names what is in a folder. @param {Folder} parent @param {Map<OfferedFile, string>} names of files */
function nameAll(parent, names) {
  /** @type {Claim[]} */
  const claims = [];
  for (const folder of parent.folders.values()) claims.push({ raw: folder.raw, safe: safeName(folder.raw, "folder"), folder, file: null });
  for (const file of parent.files) claims.push({ raw: file.name, safe: safeName(file.name), folder: null, file });
  const taken = new Set();
  /** The next number by what it is added to: names that differ only where they are cut share it. @type {Map<string, number>} */
  const numbers = new Map();
  for (const { safe, folder, file } of claims.sort(compareClaims)) {
    const name = claimName(safe, folder !== null, taken, numbers);
    if (folder) folder.name = name;
    if (file) names.set(file, name);
  }
}

/**
 * Each number is tried once for all names that share it, so that a hostile offer takes no more time than another.
 * @param {string} safe @param {boolean} isFolder @param {Set<string>} taken folded names @param {Map<string, number>} numbers
 */
function claimName(safe, isFolder, taken, numbers) {
  const folded = foldName(safe);
  if (!taken.has(folded)) {
    taken.add(folded);
    return safe;
  }
  const { start, tail } = splitForNumber(safe, NUMBER_BYTES, isFolder);
  const family = foldName(`${start}/${tail}`);
  for (let number = numbers.get(family) ?? 2; ; number += 1) {
    const name = `${start} (${number})${tail}`;
    const key = foldName(name);
    if (taken.has(key)) continue;
    taken.add(key);
    numbers.set(family, number + 1);
    return name;
  }
}

/** Names that are good as they are come first, then folders, then in an order that choosing again does not change. @param {Claim} one @param {Claim} other */
function compareClaims(one, other) {
  return (
    Number(one.raw !== one.safe) - Number(other.raw !== other.safe) ||
    Number(one.folder === null) - Number(other.folder === null) ||
    compare(one.raw, other.raw) ||
    (one.file && other.file ? compareFiles(one.file, other.file) : 0)
  );
}

/** @param {OfferedFile} one @param {OfferedFile} other */
function compareFiles(one, other) {
  return compare(one.edges, other.edges) || one.size - other.size || one.modified - other.modified;
}

/** By code units. @param {string} one @param {string} other */
function compare(one, other) {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** @param {Folder} folder @returns {string[]} shared by all that is in it */
function pathOf(folder) {
  if (folder.path) return folder.path;
  /** @type {string[]} */
  const path = [];
  for (let one = folder; one.parent; one = one.parent) path.unshift(one.name);
  folder.path = path;
  return path;
}
