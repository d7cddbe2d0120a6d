/**
 * Chooses the codec: of those in common, and that the CPU can afford, the quickest where the link has room, and the most efficient
 * elsewhere.
 */

import { codecOrder } from "./browser-differences.js";
import { quickestCodec } from "./coding-delay.js";
import { encodeLoad } from "./ladder.js";

/** @import { CodingDelays } from "./coding-delay.js" */
/** @import { Codec } from "./ladder.js" */
/** @import { Caps } from "./receiver-reports.js" */

/** kbit/s below which an efficient codec is worth more CPU. */
const THIN_KBPS = 250;
/** Chromium switches to it only by a negotiation, which a few milliseconds are not worth. @type {Codec} */
const NEGOTIATED = "H264";

/**
 * Lists the codecs that one side sends and the other decodes, the best first.
 * @param {readonly Codec[]} sendable negotiated @param {Caps | null} theirs null: unknown, so all negotiated ones
 * @param {{mobile: boolean, safari: boolean}} here @returns {Codec[]}
 */
export function commonCodecs(sendable, theirs, here) {
  const decodable = theirs?.decode.map(({ codec }) => codec) ?? sendable;
  const common = codecOrder(here).filter((codec) => sendable.includes(codec) && decodable.includes(codec));
  return common.length > 0 ? common : [...sendable];
}

/**
 * @param {readonly Codec[]} codecs the best first
 * @param {{rung: number, cores: number, step: number, kbps: number}} terms step: codecs to skip
 * @param {{delays: CodingDelays, codec: Codec} | null} [room] what is known of delays, and the codec in use; null: the link has none
 * @returns {Codec}
 */
export function pickCodec(codecs, { rung, cores, step, kbps }, room = null) {
  const payable = kbps < THIN_KBPS ? cores * 1.5 : cores;
  const fit = codecs.filter((codec) => encodeLoad(rung, codec) <= payable);
  const quick = fit.filter((codec) => codecs.indexOf(codec) >= step && (codec !== NEGOTIATED || codec === codecs[0]));
  if (room !== null && quick.length > 0) return quickestCodec(quick, room.delays, room.codec);
  const cheapest = [...codecs].sort((one, other) => encodeLoad(rung, one) - encodeLoad(rung, other))[0] ?? "VP8";
  const first = fit[0] ?? cheapest;
  return codecs[Math.min(Math.max(codecs.indexOf(first), step), codecs.length - 1)] ?? "VP8";
}
