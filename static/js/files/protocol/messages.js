/** The readers of the file topics: everything a peer sends is checked here, and only here. Malformed payloads are dropped. */

import { fromBase64Url, isBase64Url } from "../../lib/encoding.js";
import { isId } from "../../lib/patterns.js";
import { readPeerMessage } from "../../peer/messages.js";
import { PIECE, pieceCount } from "./pieces.js";
import { readRanges } from "./range-set.js";

/** @import { PeerMessage } from "../../peer/messages.js" */
/** @import { Ranges } from "./range-set.js" */

/**
 * @typedef {{id: number, name: string, path: string[], size: number, modified: number, edges: string, folder: boolean}} FileMetadata
 *   id: in frames, unique in a tab; name, path (folders): safe and unique in the offer, see `name-map.js`; size: bytes; modified: ms
 *   since 1970; edges: base64url of the SHA-256 over the first and last megabyte; folder: an empty folder, of size 0
 */
/** @typedef {Omit<FileMetadata, "path"> & {path: string}} OfferedFile name, path: as the sender has them, folders with "/" between */
/** @typedef {"" | "not-yet" | "yes" | "removed"} Saved what became of the whole files at the receiver; empty: unknown, or none is whole */
/** @typedef {"" | "chat" | "waiting"} Purpose chat: shown in the chat; waiting: it waited for this person to be here */
/** @typedef {{transfer: string, purpose: Purpose, count: number, bytes: number, files: OfferedFile[]}} Offer one part: files are in order */

export const LIMITS = Object.freeze({
  filesOffered: 5_000,
  nameCharacters: 255,
  pathCharacters: 4_000,
  pathLevels: 100,
  /** Names and paths of all files of an offer. */
  offerCharacters: 2_000_000,
  /** Different folders in an offer. */
  foldersOffered: 25_000,
  /** Bytes of UTF-8: a control message has at most 65,536 characters, and not every browser takes more bytes. */
  messageBytes: 48_000,
  /** Offers of one peer that may wait for an answer. */
  offersWaiting: 20,
  /** 1 PiB: numbers of bytes and pieces stay exact. */
  fileBytes: 2 ** 50,
});
/** What an offer is for; an unknown purpose reads as none. @type {readonly Purpose[]} */
const PURPOSES = Object.freeze(["", "chat", "waiting"]);
/** Why a transfer or file failed; an unknown reason reads as `other`. */
export const REASONS = Object.freeze(["damaged", "changed", "unreadable", "too-much", "incomplete", "storage", "full", "forbidden", "gone", "name", "other"]);

/** @type {readonly Saved[]} */
const SAVED = Object.freeze(["", "not-yet", "yes", "removed"]);

/** Makes a transfer id: 16 random bytes. */
export function makeTransferId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").slice(0, 22);
}

/** Reads a part of an offer (`file-offer`). @param {any} payload @returns {Offer | null} */
export function readOffer(payload) {
  const { transfer, purpose, count, bytes, files } = fieldsOf(payload);
  if (!isId(transfer) || !isCount(count, 1, LIMITS.filesOffered) || !isCount(bytes, 0, LIMITS.fileBytes)) return null;
  if (!Array.isArray(files) || files.length === 0 || files.length > count) return null;
  const heads = files.map(readOffered);
  if (heads.includes(null)) return null;
  const read = PURPOSES.find((one) => one === purpose) ?? "";
  return { transfer, purpose: read, count, bytes, files: /** @type {OfferedFile[]} */ (heads) };
}

/** Reads a transfer id (`file-accept`, `-asks`, `-pause`, `-resume`, `-cancel`). @param {any} payload @returns {string | null} */
export function readTransfer(payload) {
  const { transfer } = fieldsOf(payload);
  return isId(transfer) ? transfer : null;
}

/** Reads `file-decline`. @param {any} payload @returns {{transfer: string, busy: boolean} | null} busy: no person was asked */
export function readDecline(payload) {
  const { transfer, busy } = fieldsOf(payload);
  return isId(transfer) ? { transfer, busy: busy === true } : null;
}

/** Reads `file-got`. @param {any} payload @returns {{transfer: string, bytes: number} | null} */
export function readGot(payload) {
  const { transfer, bytes } = fieldsOf(payload);
  return isId(transfer) && isCount(bytes, 0, LIMITS.fileBytes) ? { transfer, bytes } : null;
}

/** Reads `file-saved`. @param {any} payload @returns {{transfer: string, saved: Saved} | null} */
export function readSaved(payload) {
  const { transfer, saved } = fieldsOf(payload);
  return isId(transfer) && SAVED.includes(saved) ? { transfer, saved } : null;
}

/** Reads `file-have`; `areWithin` checks the size. @param {any} payload @returns {{file: number, have: Ranges} | null} */
export function readHave(payload) {
  const { file, have } = fieldsOf(payload);
  const ranges = isCount(file, 0, 2 ** 32 - 1) ? readRanges(have, LIMITS.fileBytes / PIECE) : null;
  return ranges ? { file, have: ranges } : null;
}

/** @param {Ranges} pieces @param {number} size of the file, in bytes */
export function areWithin(pieces, size) {
  return (pieces.at(-1)?.[1] ?? 0) <= pieceCount(size);
}

/** @typedef {{transfer: string, count: number, name: string}} Wanted the transfer that was interrupted, the files missing, one of their names */

/** Reads a request for the rest of a transfer (`file-wanted`). @param {any} payload @returns {Wanted | null} */
export function readWanted(payload) {
  const { transfer, count, name } = fieldsOf(payload);
  if (!isId(transfer) || !isCount(count, 0, Number.MAX_SAFE_INTEGER)) return null;
  return { transfer, count: Math.min(count, LIMITS.filesOffered), name: typeof name === "string" ? name.slice(0, LIMITS.nameCharacters) : "" };
}

/** Reads `file-signal`. @param {any} payload @returns {{mine: boolean, message: PeerMessage} | null} mine: the sender's lane */
export function readLaneSignal(payload) {
  const message = readPeerMessage(JSON.stringify(payload) ?? "");
  return message === null ? null : { mine: payload.mine === true, message };
}

/** Reads the end of a file (`file-end`). @param {any} payload @returns {{file: number, root: Uint8Array<ArrayBuffer>} | null} */
export function readEnd(payload) {
  const { file, root } = fieldsOf(payload);
  return isCount(file, 0, 2 ** 32 - 1) && isDigest(root) ? { file, root: fromBase64Url(root) } : null;
}

/** Reads `file-done` or `file-failed`. @param {any} payload @returns {{file: number, reason: string} | null} */
export function readResult(payload) {
  const { file, reason } = fieldsOf(payload);
  if (!isCount(file, 0, 2 ** 32 - 1)) return null;
  return { file, reason: REASONS.includes(reason) ? reason : "other" };
}

/** @param {unknown} payload @returns {{n: number, back: boolean} | null} */
export function readEcho(payload) {
  const { n, back } = fieldsOf(payload);
  return isCount(n, 0, Number.MAX_SAFE_INTEGER) && typeof back === "boolean" ? { n, back } : null;
}

/** @param {any} value @returns {OfferedFile | null} */
function readOffered(value) {
  const { id, name, path = "", size, modified, edges, folder = false } = fieldsOf(value);
  if (!isCount(id, 0, 2 ** 32 - 1) || !isCount(size, 0, LIMITS.fileBytes) || !isCount(modified, -8.64e15, 8.64e15)) return null;
  if (typeof name !== "string" || typeof path !== "string" || !fitsOffer(name, path)) return null;
  if (typeof folder !== "boolean" || (folder && size > 0) || !isDigest(edges)) return null;
  return { id, name, path, size, modified, edges, folder };
}

/** Whether a name and its path are as short as those of file systems. @param {string} name @param {string} path */
export function fitsOffer(name, path) {
  return name.length <= LIMITS.nameCharacters && path.length <= LIMITS.pathCharacters && path.split("/", LIMITS.pathLevels + 1).length <= LIMITS.pathLevels;
}

/** Whether it is a SHA-256 in base64url. @param {unknown} text @returns {text is string} */
function isDigest(text) {
  return typeof text === "string" && text.length === 43 && isBase64Url(text);
}

/** @param {unknown} value @returns {Record<string, any>} */
function fieldsOf(value) {
  return typeof value === "object" && value !== null ? value : {};
}

/** @param {unknown} value @param {number} least @param {number} most */
function isCount(value, least, most) {
  return Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
}
