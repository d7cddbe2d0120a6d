/** What becomes of the transfers that wait in this browser, from what the server lists. */

/** @import { WaitingTransfer } from "../signaling/wire.js" */

/**
 * What the server knows of it: `new`, to be announced; `announced`, and not yet seen in its list; `listed`; `removing`, to be removed;
 * `over`, nothing more to say.
 * @typedef {"new" | "announced" | "listed" | "removing" | "over"} Row
 */
/**
 * How it ended; empty: it waits. `taken`: back, by its sender; `gone`: it was declined, or the other person is no longer in the room.
 * @typedef {"" | "delivered" | "taken" | "declined" | "gone" | "expired"} Outcome
 */
/**
 * @typedef {object} WaitingRecord
 * @property {string} id also the transfer's, and the server's
 * @property {string} room slug
 * @property {string} member our own membership
 * @property {string} receiver their membership
 * @property {string} name theirs
 * @property {number} since ms since the epoch, as all moments here
 * @property {number} until
 * @property {number} count of files
 * @property {number} bytes
 * @property {string} first the name of the first file
 * @property {Row} row
 * @property {Outcome} outcome
 * @property {string} problem why the last attempt failed, as in `file-failed`; empty: it did not
 * @property {number} changed when `row` or `outcome` last did
 */

/** Until the server has accepted it. */
export const LIFE_MS = 7 * 24 * 3600_000;
/** How long one reads how it ended. */
const SHOWN_MS = 24 * 3600_000;
/** The list that a page has may be older than an announcement. */
const LATE_MS = 30_000;

/**
 * @param {WaitingRecord[]} records of one's own membership @param {ReadonlySet<string>} busy ids that are being delivered
 * @param {readonly WaitingTransfer[] | null} listed by the server; null: not known now @param {number} now
 * @returns {{changed: WaitingRecord[], removed: string[]}} removed: to be forgotten
 */
export function reconcile(records, busy, listed, now) {
  const known = listed && new Set(listed.map(({ id }) => id));
  /** @type {WaitingRecord[]} */
  const changed = [];
  const removed = [];
  for (const record of records) {
    const { id, row, outcome, until } = record;
    const age = now - record.changed;
    if (outcome !== "") {
      if (row === "removing" && known && !known.has(id)) changed.push({ ...record, row: "over" });
      else if (row === "over" && (outcome === "taken" || age > SHOWN_MS)) removed.push(id);
    } else if (busy.has(id)) {
      continue;
    } else if (until <= now) {
      changed.push(ended(record, "expired", now));
    } else if (known?.has(id) && row !== "listed") {
      changed.push({ ...record, row: "listed", changed: now });
    } else if (known && !known.has(id) && (row === "listed" || (row === "announced" && age > LATE_MS))) {
      changed.push({ ...ended(record, "gone", now), row: "over" });
    }
  }
  return { changed, removed };
}

/** @param {WaitingRecord} record @param {Exclude<Outcome, "">} outcome @param {number} now @returns {WaitingRecord} */
export function ended(record, outcome, now) {
  return { ...record, outcome, row: record.row === "new" ? "over" : "removing", problem: "", changed: now };
}

/** Whether it can be delivered: the server has let the other side know. @param {WaitingRecord} record */
export function isDue({ row, outcome, problem }) {
  return outcome === "" && problem === "" && (row === "announced" || row === "listed");
}

/**
 * @param {Pick<WaitingRecord, "id" | "room" | "member">} own @param {{member: string, name: string}} receiver
 * @param {{file: {name: string, size: number}}[]} files at least one @param {number} now @returns {WaitingRecord}
 */
export function newRecord(own, { member: receiver, name }, files, now) {
  const state = { row: /** @type {const} */ ("new"), outcome: /** @type {const} */ (""), problem: "", changed: now };
  return { ...own, receiver, name, since: now, until: now + LIFE_MS, ...sizeOf(files), ...state };
}

/**
 * What its transfer leaves when that is over.
 * @param {WaitingRecord} record @param {{state: string, failures: {reason: string}[]}} transfer
 * @param {{file: {name: string, size: number}}[]} failed the files that did not arrive @param {{id: string, at: number}} fresh
 * @returns {{now: WaitingRecord, left: WaitingRecord | null}} left: the failed ones, if others have arrived
 */
export function afterDelivery(record, { state, failures }, failed, { id, at }) {
  const problem = failures[0]?.reason || "other";
  if (state === "failed") return { now: { ...record, problem, changed: at }, left: null };
  if (state !== "done") return { now: ended(record, "declined", at), left: null };
  const delivered = ended(record, "delivered", at);
  if (failed.length === 0) return { now: delivered, left: null };
  const left = { ...record, ...sizeOf(failed), id, problem, row: /** @type {const} */ ("new"), changed: at };
  return { now: { ...delivered, count: record.count - left.count, bytes: record.bytes - left.bytes }, left };
}

/** @param {{file: {name: string, size: number}}[]} files at least one */
function sizeOf(files) {
  return { count: files.length, bytes: files.reduce((sum, { file }) => sum + file.size, 0), first: files[0].file.name };
}
