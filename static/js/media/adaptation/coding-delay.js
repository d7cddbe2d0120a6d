/**
 * How long each codec takes from the camera's picture to the one that is shown: encoding at this end and decoding at the other,
 * measured for each codec that was used, and expected from the table for the others. Pure functions.
 */

import { CODING_MS } from "./ladder.js";

/** @import { Codec } from "./ladder.js" */

/** ms for a picture of 640×360, by codec. @typedef {Readonly<Partial<Record<Codec, number>>>} CodingDelays */
/** What was measured since the last decision. ms: of a frame at both ends; height: px. @typedef {{codec: string, ms: number, height: number}} Coded */

/**
 * Whatever else the computer does makes coding slower, and nothing makes it quicker: what is kept is close to the least that was
 * measured lately.
 */
const WEIGHT = Object.freeze({ quicker: 0.5, slower: 0.05 });
/** Another codec has to be so much quicker, as a share and in ms, to be worth a key frame. */
const WORTH = 0.8;
const WORTH_MS = 1;

/** @param {CodingDelays} delays @param {Coded} coded @returns {CodingDelays} */
export function learnDelay(delays, { codec, ms, height }) {
  if (!Object.hasOwn(CODING_MS, codec) || ms <= 0 || height <= 0) return delays;
  const known = /** @type {Codec} */ (codec);
  // A small frame takes more for each pixel: half the height takes half the time, nearly.
  const normal = (ms * 360) / height;
  const before = delays[known] ?? normal;
  const weight = normal < before ? WEIGHT.quicker : WEIGHT.slower;
  return { ...delays, [known]: before + (normal - before) * weight };
}

/** @param {CodingDelays} delays @param {Codec} codec @returns {number} ms for a picture of 640×360 */
export function expectedDelay(delays, codec) {
  const measured = delays[codec];
  if (measured !== undefined) return measured;
  // What is slower here than in the table is a slow machine, or a large picture.
  const ratios = Object.entries(delays).map(([name, ms]) => ms / CODING_MS[/** @type {Codec} */ (name)]);
  const speed = ratios.length > 0 ? ratios.reduce((sum, one) => sum + one, 0) / ratios.length : 1;
  return CODING_MS[codec] * speed;
}

/**
 * Chooses the quickest codec. One that is about as quick does as well: the one in use, or the first.
 * @param {readonly Codec[]} codecs to choose from, the best first, not empty @param {CodingDelays} delays @param {Codec} current
 * @returns {Codec}
 */
export function quickestCodec(codecs, delays, current) {
  const of = (/** @type {Codec} */ codec) => expectedDelay(delays, codec);
  const least = Math.min(...codecs.map(of));
  const quick = codecs.filter((codec) => of(codec) * WORTH <= least || of(codec) - least < WORTH_MS);
  return quick.includes(current) ? current : quick[0];
}
