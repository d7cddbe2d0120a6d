/** What peers send each other to chat, and its readers: types, sizes and counts are checked here and nowhere else. */

import { safeName } from "../files/protocol/safe-name.js";
import { BUDGETS } from "../gate/budgets.js";
import { isId } from "../lib/patterns.js";
import { cleanName } from "../lib/clean-name.js";

/**
 * @typedef {{name: string, size: number, width: number, height: number}} Picture what its sender says about it: a safe file name,
 *   bytes, and pixels, which only keep room for it
 */
/**
 * @typedef {object} ChatMessage the text or the pictures may be missing, not both, unless the author has deleted the message
 * @property {string} id 16 random bytes in base64url
 * @property {number} at ms since 1970 on the author's clock, later than everything the author had read
 * @property {string} text @property {readonly Picture[]} [pictures]
 * @property {string} [reply] the id of the message that this one answers
 * @property {number} [version] how often its author has changed it; with neither text nor pictures: deleted
 */
/** @typedef {{id: string, picture: number}} PictureWanted picture: its place in the message of that id, from 0 */
/** @typedef {PictureWanted & {transfer: string}} PictureOffered transfer: the one it comes with; empty: it cannot be had any more */

/** @typedef {ChatMessage & {pid: string, name: string}} Kept a message in the history; pid and name of its author */
/** @typedef {{have: string[]}} Ask the ids of the messages that are known */
/** @typedef {{kept: Kept[], more: boolean}} Answer more: another part follows */

export const TOPICS = Object.freeze({
  message: "chat",
  private: "chat-private",
  receipt: "chat-got",
  history: "chat-history",
  wanted: "chat-picture-wanted",
  offered: "chat-picture",
});
const HISTORY_REQUESTS_PER_MINUTE = BUDGETS.histories.perMinute;
/** Parts of one answer; the largest history needs fewer. */
const MAX_HISTORY_PARTS = 8;
export const LIMITS = Object.freeze({
  textCharacters: 4_000,
  lines: 200,
  /** How often an author may change one message. */
  versions: 50,
  messagesKept: 200,
  charactersKept: 131_072,
  /** Of one peer we read twice as many as it may write: after an interruption it sends messages again. */
  sentPerMinute: 60,
  receivedPerMinute: 120,
  historyPerMinute: HISTORY_REQUESTS_PER_MINUTE * (1 + MAX_HISTORY_PARTS),
  historyRequestsPerMinute: HISTORY_REQUESTS_PER_MINUTE,
  historyParts: MAX_HISTORY_PARTS,
  idsAtOnce: 200,
  keptAtOnce: 200,
  picturesAMessage: 10,
  pictureBytes: 50_000_000,
  pictureSide: 32_767,
  pictureNameCharacters: 255,
  picturesPerMinute: 600,
});

/** Control characters except tab and newline. */
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufff9-\ufffb]/g;

/**
 * Makes a text safe to show: no hidden characters, no towers of accents, no empty screens. Direction marks stay, as each
 * message is shown in a bidi isolate.
 * @param {string} text @returns {string} possibly empty
 */
export function cleanText(text) {
  const lines = wellFormed(text.slice(0, LIMITS.textCharacters))
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, "\n")
    .replace(CONTROLS, "")
    .replace(/(\p{M}{6})\p{M}+/gu, "$1")
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()
    .split("\n");
  return [...lines.slice(0, LIMITS.lines - 1), lines.slice(LIMITS.lines - 1).join(" ")].join("\n").trimEnd();
}

/** Whether a text would be cut. @param {string} input as typed @returns {boolean} */
export function isTooLong(input) {
  return input.length > LIMITS.textCharacters || input.trim().split(/\r\n?|\n/).length > LIMITS.lines;
}

/** Reads the topics `chat` and `chat-private`. @param {any} payload @returns {ChatMessage | null} */
export function readChatMessage(payload) {
  if (typeof payload !== "object" || payload === null) return null;
  const { id, at, text, reply, version } = payload;
  if (!isId(id) || !isTime(at) || typeof text !== "string" || text.length > LIMITS.textCharacters) return null;
  if ((reply !== undefined && !isId(reply)) || (version !== undefined && !isCount(version, LIMITS.versions))) return null;
  const pictures = payload.pictures === undefined ? [] : readPictures(payload.pictures);
  const clean = cleanText(text);
  if (pictures === null || (clean === "" && pictures.length === 0 && version === undefined)) return null;
  return { id, at, text: clean, ...withAny({ pictures, reply, version }) };
}

/**
 * The optional parts of a message that it has.
 * @param {{pictures: readonly Picture[], reply?: string, version?: number}} parts @returns {Pick<ChatMessage, "pictures" | "reply" | "version">}
 */
export function withAny({ pictures, reply = "", version = 0 }) {
  return { ...(pictures.length > 0 && { pictures }), ...(reply !== "" && { reply }), ...(version > 0 && { version }) };
}

/** @param {any} value @returns {Picture[] | null} */
function readPictures(value) {
  if (!Array.isArray(value) || value.length === 0 || value.length > LIMITS.picturesAMessage) return null;
  const read = value.map(readPicture);
  return read.includes(null) ? null : /** @type {Picture[]} */ (read);
}

/** @param {any} value @returns {Picture | null} */
function readPicture(value) {
  const { name, size, width, height } = value ?? {};
  if (typeof name !== "string" || name.length > LIMITS.pictureNameCharacters || !isCount(size, LIMITS.pictureBytes)) return null;
  if (!isCount(width, LIMITS.pictureSide) || !isCount(height, LIMITS.pictureSide)) return null;
  return { name: safeName(name), size, width, height };
}

/** Reads the topic `chat-picture-wanted`. @param {any} payload @returns {PictureWanted | null} */
export function readPictureWanted(payload) {
  const { id, picture } = payload ?? {};
  return isId(id) && (picture === 0 || isCount(picture, LIMITS.picturesAMessage - 1)) ? { id, picture } : null;
}

/** Reads the topic `chat-picture`. @param {any} payload @returns {PictureOffered | null} */
export function readPictureOffered(payload) {
  const wanted = readPictureWanted(payload);
  const { transfer } = payload ?? {};
  return wanted && (transfer === "" || isId(transfer)) ? { ...wanted, transfer } : null;
}

/** Reads the topic `chat-got`. @param {any} payload @returns {{id: string, version: number} | null} the message, and which version of it */
export function readChatReceipt(payload) {
  const { id, version = 0 } = payload ?? {};
  return isId(id) && (version === 0 || isCount(version, LIMITS.versions)) ? { id, version } : null;
}

/** Reads the topic `chat-history`. @param {any} payload @returns {Ask | Answer | null} */
export function readHistory(payload) {
  const { have, kept, more } = payload ?? {};
  if (Array.isArray(have)) return have.length <= LIMITS.idsAtOnce && have.every(isId) ? { have } : null;
  if (!Array.isArray(kept) || kept.length > LIMITS.keptAtOnce || typeof more !== "boolean") return null;
  const read = kept.map(readKept).filter((one) => one !== null);
  return { kept: read, more };
}

/** @param {any} value @returns {Kept | null} */
function readKept(value) {
  const said = readChatMessage(value);
  return said && isId(value.pid) && typeof value.name === "string" ? { ...said, pid: value.pid, name: cleanName(value.name) } : null;
}

/** @param {unknown} value */
function isTime(value) {
  return isCount(value, Number.MAX_SAFE_INTEGER);
}

/** @param {unknown} value @param {number} most */
function isCount(value, most) {
  return Number.isSafeInteger(value) && /** @type {number} */ (value) > 0 && /** @type {number} */ (value) <= most;
}

/** @param {string} text halves of surrogate pairs become U+FFFD */
function wellFormed(text) {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}
