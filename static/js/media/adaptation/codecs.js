/** Which codec a picture is sent in: of those that both ends have, the thriftiest that the processor can pay for. */

import { codecOrder } from "./browser-differences.js";
import { encodeLoad } from "./ladder.js";

/** @import { Codec } from "./ladder.js" */
/** @import { Caps } from "./receiver-reports.js" */

/** Below this a thrifty codec is worth more processor time, kbit/s. */
const THIN_KBPS = 250;

/**
 * Lists the codecs that one side can send and the other decode.
 * @param {readonly Codec[]} sendable negotiated
 * @param {Caps | null} theirs null: not told, so all that were negotiated
 * @param {{mobile: boolean, safari: boolean}} here
 * @returns {Codec[]} the best first; one that the receiver's hardware decodes comes before the others on a phone
 */
export function commonCodecs(sendable, theirs, here) {
  const decodable = theirs?.decode.map(({ codec }) => codec) ?? sendable;
  const common = codecOrder(here).filter((codec) => sendable.includes(codec) && decodable.includes(codec));
  return common.length > 0 ? common : [...sendable];
}

/**
 * Picks one.
 * @param {readonly Codec[]} codecs the best first
 * @param {{rung: number, cores: number, step: number, kbps: number}} terms cores: for this picture; step: how many to give up
 * @returns {Codec}
 */
export function pickCodec(codecs, { rung, cores, step, kbps }) {
  const payable = kbps < THIN_KBPS ? cores * 1.5 : cores;
  const fit = codecs.filter((codec) => encodeLoad(rung, codec) <= payable);
  const cheapest = [...codecs].sort((one, other) => encodeLoad(rung, one) - encodeLoad(rung, other))[0] ?? "VP8";
  const first = fit[0] ?? cheapest;
  return codecs[Math.min(Math.max(codecs.indexOf(first), step), codecs.length - 1)] ?? "VP8";
}
