/**
 * One codec for all connections that could share an encoder: each decides for itself which is best for it, and most do as well with
 * another. Pure functions.
 */

import { CODEC_BITRATE_FACTOR, maxKbps } from "../adaptation/ladder.js";

/** @import { Codec } from "../adaptation/ladder.js" */

/**
 * codec: what was decided; codecs: in common, the best first; step: how many of these the processors cannot pay; line: kbit/s for pictures
 * @typedef {{codec: Codec, codecs: readonly Codec[], step: number, rung: number, line: number}} Choice
 */

/** Chromium switches to it only by a negotiation. @type {Codec} */
const NEGOTIATED = "H264";

/** @param {Choice} choice @returns {Codec[]} the codecs that do as well as what was decided */
export function acceptable({ codec, codecs, step, rung, line }) {
  const thrifty = (/** @type {Codec} */ one) => CODEC_BITRATE_FACTOR[one] <= CODEC_BITRATE_FACTOR[codec] || line >= maxKbps(rung, one);
  return codecs.filter((one, at) => one === codec || (one !== NEGOTIATED && at >= step && thrifty(one)));
}

/**
 * What most can have; of these, what is in use stays while one of them still decides for it, and otherwise what most decided for.
 * @param {readonly Choice[]} choices @param {Codec | null} current @returns {Codec | null} null: there are no choices
 */
export function agree(choices, current) {
  const accepted = choices.map(acceptable);
  const decided = (/** @type {Codec} */ codec) => choices.filter((choice) => choice.codec === codec).length;
  const found = [...new Set(choices.map(({ codec }) => codec))].map((codec) => {
    const people = accepted.filter((codecs) => codecs.includes(codec)).length;
    return { codec, people, rank: codec === current ? Infinity : decided(codec) };
  });
  found.sort((one, other) => other.people - one.people || other.rank - one.rank);
  return found[0]?.codec ?? null;
}
