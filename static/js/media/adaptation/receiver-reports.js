/**
 * What a receiver tells a sender (topics `report` and `caps`), read where it arrives: whoever sends it may lie or make
 * mistakes, so everything has a type and a bound, and what is out of bounds is dropped as a whole.
 */

/** @import { Codec } from "./ladder.js" */
/** @typedef {{height: number, visible: boolean}} View height: device px of the shorter side of a picture of 16:9 that fills it */

/**
 * @typedef {object} Report every second, about what came from the peer that gets it
 * @property {View} tile where the person is shown
 * @property {View | null} screen where their screen is shown; null: nowhere
 * @property {number} decodeMs a frame
 * @property {number} fps decoded
 * @property {number} freezes since the connection began
 * @property {number} loss 0 to 1, of the packets of the last second
 * @property {number} concealed 0 to 1, of the sound of the last second
 * @property {number} jitterMs
 * @property {number} downKbps what came
 * @property {number | null} cap kbit/s that the receiver wants at most, all together; null: no limit
 * @property {number} cpuLoad share of the processor that encoding and decoding take, 1: all cores
 */

/** @typedef {{codec: Codec, efficient: boolean}} Decodes efficient: by hardware, as the browser says */
/** @typedef {{decode: Decodes[]}} Caps */

/** @type {readonly string[]} */
const CODECS = ["AV1", "VP9", "VP8", "H264"];
const MAX_PIXELS = 16_384;

/**
 * Reads a report.
 * @param {unknown} payload
 * @returns {Report | null} null when anything about it is out of bounds
 */
export function readReport(payload) {
  const report = fields(payload);
  const tile = readView(report.tile);
  const screen = report.screen === null || report.screen === undefined ? null : readView(report.screen);
  if (tile === null || (screen === null && report.screen)) return null;
  const { decodeMs, fps, freezes, loss, concealed, jitterMs, downKbps, cpuLoad, cap = null } = report;
  const shares = [loss, concealed].every((value) => within(value, 1));
  const amounts = [decodeMs, jitterMs].every((value) => within(value, 60_000)) && within(fps, 240);
  if (!shares || !amounts || !within(freezes, 1e9) || !within(downKbps, 1e7) || !within(cpuLoad, 1e3) || (cap !== null && !within(cap, 1e7))) return null;
  return { tile, screen, decodeMs, fps, freezes, loss, concealed, jitterMs, downKbps, cpuLoad, cap };
}

/**
 * Reads what a peer decodes.
 * @param {unknown} payload
 * @returns {Caps | null} null when anything about it is out of bounds; codecs that this version does not know are left out
 */
export function readCaps(payload) {
  const { decode } = fields(payload);
  if (!Array.isArray(decode) || decode.length > 16) return null;
  /** @type {Decodes[]} */
  const known = [];
  for (const entry of decode) {
    const { codec, efficient } = fields(entry);
    if (typeof codec !== "string" || typeof efficient !== "boolean") return null;
    if (!CODECS.includes(codec) || known.some((one) => one.codec === codec)) continue;
    known.push({ codec: /** @type {Codec} */ (codec), efficient });
  }
  return known.length > 0 ? { decode: known } : null;
}

/** @param {unknown} value @returns {View | null} */
function readView(value) {
  const { height, visible } = fields(value);
  return within(height, MAX_PIXELS) && typeof visible === "boolean" ? { height, visible } : null;
}

/**
 * @param {unknown} value
 * @returns {Record<string, any>} empty for what is no object
 */
function fields(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** @param {unknown} value @param {number} most */
function within(value, most) {
  return typeof value === "number" && value >= 0 && value <= most;
}
