/**
 * The jitter buffer target. On a path with random loss, retransmissions arrive one round trip or several later; a longer buffer
 * plays them in time, at the price of delay, so it is only used while loss is high. A pure function.
 */

/** @typedef {{avgLoss: number, calm: number, ms: number}} JitterBuffer calm: seconds with little loss; ms: the target, 0: the browser's */

/** @typedef {{missed: number, rttMs: number}} Facts of one second; missed: loss before retransmission, 0 to 1 */

/** Loss above which a target is set, and below which, after some seconds, it is cleared. */
const LOSSY = 0.12;
const CALM = 0.06;
const CALM_SECONDS = 15;
/** What one second may count: a single bad one is an accident, two are a lossy path. */
const MOST = 0.29;
/** Retransmissions get lost too: four tries are nearly always enough. */
const TRIES = 4;
const BESIDES_MS = 100;
/** With more delay people start to talk at the same time (ITU-T G.114). */
const MAX_TARGET_MS = 400;
const STEP_MS = 50;

/** @type {Readonly<JitterBuffer>} */
export const NO_JITTER_BUFFER = Object.freeze({ avgLoss: 0, calm: 0, ms: 0 });

/** @param {Readonly<JitterBuffer>} before @param {Readonly<Facts>} facts @returns {JitterBuffer} */
export function jitterBufferTarget(before, { missed, rttMs }) {
  const avgLoss = before.avgLoss + (Math.min(missed, MOST) - before.avgLoss) * 0.4;
  const calm = avgLoss < CALM ? before.calm + 1 : 0;
  const wanted = Math.min(MAX_TARGET_MS, Math.ceil((TRIES * rttMs + BESIDES_MS) / STEP_MS) * STEP_MS);
  // While it is set it only grows, so that it does not follow every measurement.
  const ms = avgLoss > LOSSY ? Math.max(before.ms, wanted) : calm > CALM_SECONDS ? 0 : before.ms;
  return { avgLoss, calm, ms };
}
