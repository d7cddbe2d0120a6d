/**
 * How long what arrives is kept before it is shown. On a line that loses packets at random, what was lost comes once more,
 * a round trip or several later: with that much patience it is still in time, for sound as for pictures. Whoever speaks is
 * heard that much later, so it is only asked for while much is lost. A pure function, without clock and browser.
 */

/**
 * @typedef {object} JitterBuffer
 * @property {number} avgLoss a running mean of what did not come at once, 0 to 1
 * @property {number} calm seconds in a row with little loss
 * @property {number} ms to keep everything for; 0: as the browser does it
 */

/** @typedef {{missed: number, rttMs: number}} Facts of one second */

/** Where this much is lost, a cushion is asked for; below the other, for some seconds, it is taken away. */
const LOSSY = 0.12;
const CALM = 0.06;
const CALM_SECONDS = 15;
/** A repetition may be lost like anything else: four in a row seldom are. */
const TRIES = 4;
const BESIDES_MS = 100;
/** Longer than this, people begin to talk at the same time (ITU-T G.114). */
const MAX_TARGET_MS = 400;
const STEP_MS = 50;

/** Before anything came. @type {Readonly<JitterBuffer>} */
export const NO_JITTER_BUFFER = Object.freeze({ avgLoss: 0, calm: 0, ms: 0 });

/** Takes note of another second. @param {Readonly<JitterBuffer>} before @param {Readonly<Facts>} facts @returns {JitterBuffer} */
export function jitterBufferTarget(before, { missed, rttMs }) {
  const avgLoss = before.avgLoss + (missed - before.avgLoss) * 0.4;
  const calm = avgLoss < CALM ? before.calm + 1 : 0;
  const wanted = Math.min(MAX_TARGET_MS, Math.ceil((TRIES * rttMs + BESIDES_MS) / STEP_MS) * STEP_MS);
  // While it is there, it grows with the way, and does not shrink and grow again with every measurement.
  const ms = avgLoss > LOSSY ? Math.max(before.ms, wanted) : calm > CALM_SECONDS ? 0 : before.ms;
  return { avgLoss, calm, ms };
}
