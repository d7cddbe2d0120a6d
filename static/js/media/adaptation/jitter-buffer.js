/**
 * The jitter buffer target. On a path with random loss, retransmissions arrive one round trip or several later; a longer buffer
 * plays them in time, at the price of delay, so it is only used while loss is high. A pure function.
 */

/** @typedef {{avgLoss: number, longLoss: number, ms: number}} JitterBuffer longLoss: a slower average; ms: the target, 0: the browser's */

/**
 * @typedef {{missed: number, rttMs: number, queueMs?: number}} Facts of one second; missed: loss before retransmission, 0 to 1; queueMs: by
 *   how much the round trip is longer than at its best
 */

/** Average loss of the last seconds above which a target is set, and of the last twenty seconds below which it is cleared. */
const LOSSY = 0.12;
const CALM = 0.08;
/** What the last second counts in these averages. */
const QUICK = 0.4;
const SLOW = 0.05;
/** What a full queue loses comes back no sooner for being waited for, and the longer buffer would hold the picture up. */
const FULL_MS = 100;
/** What one second may count: a single bad one is an accident, two are a lossy path. */
const MOST = 0.29;
/** Retransmissions get lost too: four tries are nearly always enough. */
const TRIES = 4;
const BESIDES_MS = 100;
/** With more delay people start to talk at the same time (ITU-T G.114). */
const MAX_TARGET_MS = 400;
const STEP_MS = 50;

/** @type {Readonly<JitterBuffer>} */
export const NO_JITTER_BUFFER = Object.freeze({ avgLoss: 0, longLoss: 0, ms: 0 });

/** @param {Readonly<JitterBuffer>} before @param {Readonly<Facts>} facts @returns {JitterBuffer} */
export function jitterBufferTarget(before, { missed, rttMs, queueMs = 0 }) {
  const lost = Math.min(missed, MOST);
  const avgLoss = before.avgLoss + (lost - before.avgLoss) * QUICK;
  const slowly = before.longLoss + (lost - before.longLoss) * SLOW;
  const isLossy = avgLoss > LOSSY && queueMs < FULL_MS;
  const longLoss = isLossy ? Math.max(slowly, avgLoss) : slowly;
  const wanted = Math.min(MAX_TARGET_MS, Math.ceil((TRIES * rttMs + BESIDES_MS) / STEP_MS) * STEP_MS);
  // While it is set it only grows, so that it does not follow every measurement.
  const ms = isLossy ? Math.max(before.ms, wanted) : longLoss < CALM ? 0 : before.ms;
  return { avgLoss, longLoss, ms };
}
