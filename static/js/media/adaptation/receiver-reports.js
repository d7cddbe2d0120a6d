/** Reads what a receiver reports to a sender (topics `report` and `caps`); a payload with any value out of bounds is dropped. */

/** @import { Codec } from "./ladder.js" */
/** @typedef {{height: number, visible: boolean}} View height: device px of the picture's shorter side as it is shown */

/**
 * Sent once a second, about the media received from a peer. screen: null: none is shown; decodeMs: per frame; fps: decoded;
 * freezes: total; loss, concealed (audio): 0 to 1, in the last second; cap: kbit/s for all that the peer sends, null: no limit;
 * cpuLoad: of coding, 1: all cores.
 * @typedef {{tile: View, screen: View | null, decodeMs: number, fps: number, freezes: number, loss: number, concealed: number,
 *   jitterMs: number, downKbps: number, cap: number | null, cpuLoad: number}} Report
 */

/** @typedef {{codec: Codec, efficient: boolean}} Decodes efficient: in hardware */
/** @typedef {{decode: Decodes[]}} Caps */

/** @type {readonly string[]} */
const CODECS = ["AV1", "VP9", "VP8", "H264"];
const MAX_PIXELS = 16_384;

/** @param {unknown} payload @returns {Report | null} */
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

/** Reads a peer's codecs; unknown ones are left out. @param {unknown} payload @returns {Caps | null} */
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

/** @param {unknown} value @returns {Record<string, any>} empty for anything but an object */
function fields(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** @param {unknown} value @param {number} most */
function within(value, most) {
  return typeof value === "number" && value >= 0 && value <= most;
}
