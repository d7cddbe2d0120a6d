/**
 * Whether carried pictures arrive as they should: from what the worker counts and what the receivers report. A pure function.
 * One connection in trouble encodes for itself for a while; trouble of several, or of the encoder, ends it for all.
 */

/** @import { CarrierState } from "./worker.js" */

/** freezes: at the receiver, in all; usual: how many it had lately of a picture that was not shared; strained: a busy processor explains them
 * @typedef {{joinedAt: number, counts: CarrierState | null, freezes: number, usual: number, loss: number, strained: boolean}} Arrival */
/** requests, frozen, lost, ours: when there was one, of late, ours: anything that a receiver may have seen; outOfStep: looks in a row;
 * strainedAt: the last time
 * @typedef {{counts: CarrierState | null, freezes: number, requests: readonly number[], frozen: readonly number[], lost: readonly number[], ours: readonly number[],
 *   outOfStep: number, strainedAt: number}} Seen */
/** @typedef {"freeze" | "loss" | "requests" | "pairing"} Trouble */

/** Joining may cost a key frame and a moment. */
const SETTLING_MS = 2_000;
/** Worse than that, and the retransmissions and key frames of one cost the others. */
const MAX_LOSS = 0.08;
const MAX_WAITED_MS = 500;
/** Drifted frames between two looks that are no accident. */
const MAX_DRIFTED = 5;
/** So many looks in a row: a busy computer stands still for one, and gets over it. */
const OUT_OF_STEP = 2;
/**
 * The same for pictures that stand still while a processor is strained: an encoder for each connection would cost it more. Times of
 * frames say nothing then, whichever encoder makes them.
 */
const OUT_OF_STEP_STRAINED = 8;
/** Browsers give a frame the time that the last hundred of its track had on their own clock, and late ones among them move it. */
const AVERAGING_MS = 12_000;
/** Times at which frames were left out: a busy computer may cost some, too. */
const MAX_LOST = 3;
/** Key frames that one receiver may ask of all, and freezes that may have other causes, each within a time. */
const MAX_REQUESTS = 3;
const REQUESTS_MS = 10_000;
const MAX_FREEZES = 1;
/** Without a frame that came late to its dummy, and without a request: a computer that is busy, or a line. */
const MAX_FREEZES_OF_OTHERS = 4;
const FREEZES_MS = 5_000;
const USUAL_MS = 10_000;
const MAX_USUAL = 20;

/** @param {Arrival} arrival @param {Seen | null} before null: it has just joined @param {number} now @returns {{seen: Seen, trouble: Trouble | null}} */
export function look({ joinedAt, counts, freezes, usual, loss, strained }, before, now) {
  const settled = before !== null && now - joinedAt >= SETTLING_MS;
  const grown = (/** @type {"carried" | "requests" | "lost" | "drifted" | "delayed"} */ name) => Math.max(0, (counts?.[name] ?? 0) - (before?.counts?.[name] ?? counts?.[name] ?? 0));
  const frozen = lately(before?.frozen, settled && !strained ? freezes - before.freezes : 0, FREEZES_MS, now);
  const requests = lately(before?.requests, settled ? grown("requests") : 0, REQUESTS_MS, now);
  const lost = lately(before?.lost, settled && !strained && grown("lost") > 0 ? 1 : 0, REQUESTS_MS, now);
  const ours = lately(before?.ours, settled ? Math.min(1, grown("delayed") + grown("lost") + grown("requests")) : 0, FREEZES_MS, now);
  const strainedAt = strained ? now : (before?.strainedAt ?? -Infinity);
  const drifting = now - strainedAt >= AVERAGING_MS && grown("drifted") > MAX_DRIFTED;
  const stuck = (counts?.waitedMs ?? 0) > MAX_WAITED_MS && grown("carried") === 0;
  const outOfStep = settled && (stuck || drifting) ? before.outOfStep + 1 : 0;
  const seen = { counts, freezes, requests, frozen, lost, ours, outOfStep, strainedAt };
  if (!settled) return { seen, trouble: null };
  if (outOfStep >= (strained ? OUT_OF_STEP_STRAINED : OUT_OF_STEP) || lost.length > MAX_LOST) return { seen, trouble: "pairing" };
  if (frozen.length > (ours.length > 0 ? MAX_FREEZES : MAX_FREEZES_OF_OTHERS) + usual) return { seen, trouble: "freeze" };
  if (loss > MAX_LOSS) return { seen, trouble: "loss" };
  return { seen, trouble: requests.length > MAX_REQUESTS ? "requests" : null };
}

/** What a receiver had of freezes before its picture was shared: a line or a computer that has them anyway. */
export class UsualFreezes {
  /** By connection. @type {WeakMap<object, {freezes: number, at: number[]}>} */
  #seen = new WeakMap();

  /** @param {object} link @param {number} freezes in all @param {boolean} shared @param {number} now ms */
  count(link, freezes, shared, now) {
    const { freezes: before = freezes, at = [] } = this.#seen.get(link) ?? {};
    const more = shared ? 0 : Math.max(0, freezes - before);
    this.#seen.set(link, { freezes, at: [...at, ...Array(Math.min(more, MAX_USUAL)).fill(now)].slice(-MAX_USUAL) });
  }

  /** @param {object} link @param {number} since ms when it was shared @returns {number} within as long a time before as trouble is looked for */
  of(link, since) {
    return (this.#seen.get(link)?.at ?? []).filter((at) => since - at < USUAL_MS).length;
  }
}

/** @param {readonly number[] | undefined} before @param {number} more @param {number} within ms @param {number} now @returns {number[]} */
function lately(before = [], more, within, now) {
  return [...before, ...Array(Math.max(0, more)).fill(now)].filter((at) => now - at < within);
}
