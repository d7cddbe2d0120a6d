/**
 * Whether carried pictures arrive as they should: from what the worker counts and what the receivers report. A pure function.
 * One connection in trouble encodes for itself for a while; trouble of several, or of the encoder, ends it for all.
 */

/** @import { CarrierState } from "./worker.js" */

/** freezes: at the receiver, in all; strained: a busy processor explains them
 * @typedef {{joinedAt: number, counts: CarrierState | null, freezes: number, loss: number, strained: boolean}} Arrival */
/** requests, frozen: when there was one, of late @typedef {{counts: CarrierState | null, freezes: number, requests: readonly number[], frozen: readonly number[]}} Seen */
/** @typedef {"freeze" | "loss" | "requests" | "pairing"} Trouble */

/** Joining may cost a key frame and a moment. */
const SETTLING_MS = 2_000;
/** Worse than that, and the retransmissions and key frames of one cost the others. */
const MAX_LOSS = 0.08;
const MAX_WAITED_MS = 500;
/** Key frames that one receiver may ask of all, and freezes that may have other causes, each within a time. */
const MAX_REQUESTS = 3;
const REQUESTS_MS = 10_000;
const MAX_FREEZES = 1;
const FREEZES_MS = 5_000;

/** @param {Arrival} arrival @param {Seen | null} before null: it has just joined @param {number} now @returns {{seen: Seen, trouble: Trouble | null}} */
export function look({ joinedAt, counts, freezes, loss, strained }, before, now) {
  const settled = before !== null && now - joinedAt >= SETTLING_MS;
  const grown = (/** @type {"requests" | "lost" | "drifted"} */ name) => Math.max(0, (counts?.[name] ?? 0) - (before?.counts?.[name] ?? counts?.[name] ?? 0));
  const frozen = lately(before?.frozen, settled && !strained ? freezes - before.freezes : 0, FREEZES_MS, now);
  const requests = lately(before?.requests, settled ? grown("requests") : 0, REQUESTS_MS, now);
  const seen = { counts, freezes, requests, frozen };
  if (!settled) return { seen, trouble: null };
  if ((counts?.waitedMs ?? 0) > MAX_WAITED_MS || grown("lost") > 0 || grown("drifted") > 0) return { seen, trouble: "pairing" };
  if (frozen.length > MAX_FREEZES) return { seen, trouble: "freeze" };
  if (loss > MAX_LOSS) return { seen, trouble: "loss" };
  return { seen, trouble: requests.length > MAX_REQUESTS ? "requests" : null };
}

/** @param {readonly number[] | undefined} before @param {number} more @param {number} within ms @param {number} now @returns {number[]} */
function lately(before = [], more, within, now) {
  return [...before, ...Array(Math.max(0, more)).fill(now)].filter((at) => now - at < within);
}
