/** The ladder of video qualities, from audio only to 720p, and what each rung costs. */

/** @typedef {"AV1" | "VP9" | "VP8" | "H264"} Codec */

/**
 * Bitrates are for VP8: below the minimum, the rung below looks better; above the maximum, no one sees a difference.
 * @typedef {{name: string, height: number, fps: number, minKbps: number, maxKbps: number}} Rung height: px, shorter side; 0: no video
 */

/** The lowest first. @type {readonly Rung[]} */
export const RUNGS = Object.freeze([
  { name: "audio", height: 0, fps: 0, minKbps: 0, maxKbps: 0 },
  { name: "stills", height: 0, fps: 0, minKbps: 12, maxKbps: 12 },
  { name: "180p", height: 180, fps: 8, minKbps: 40, maxKbps: 150 },
  { name: "270p", height: 270, fps: 15, minKbps: 110, maxKbps: 320 },
  { name: "360p", height: 360, fps: 30, minKbps: 260, maxKbps: 700 },
  { name: "540p", height: 540, fps: 30, minKbps: 550, maxKbps: 1_100 },
  { name: "720p", height: 720, fps: 30, minKbps: 900, maxKbps: 1_700 },
]);

export const AUDIO_ONLY = 0;
export const SNAPSHOTS = 1;
export const LOWEST_VIDEO = 2;
export const TOP = RUNGS.length - 1;
/** Where a connection starts: most links carry it. */
export const FIRST = 3;

/** Bitrate for the same quality, relative to VP8. @type {Readonly<Record<Codec, number>>} */
export const CODEC_BITRATE_FACTOR = Object.freeze({ AV1: 0.65, VP9: 0.8, VP8: 1, H264: 1.1 });

/** Every browser decodes it, and it is quick. @type {Codec} */
export const COMMON_CODEC = "VP8";

/** ms to encode a busy frame of 640×360, measured on one core. @type {Readonly<Record<Codec, number>>} */
export const ENCODE_MS = Object.freeze({ AV1: 16.6, VP9: 8.9, VP8: 6.6, H264: 4.9 });

/** ms to encode and to decode such a frame. @type {Readonly<Record<Codec, number>>} */
export const CODING_MS = Object.freeze({ AV1: 19, VP9: 11, VP8: 8, H264: 5 });

/** @param {number} rung @param {Codec} codec @returns {number} */
export function minKbps(rung, codec) {
  return RUNGS[rung].minKbps * CODEC_BITRATE_FACTOR[codec];
}

/** @param {number} rung @param {Codec} codec @returns {number} */
export function maxKbps(rung, codec) {
  return RUNGS[rung].maxKbps * CODEC_BITRATE_FACTOR[codec];
}

/** @param {number} rung @param {Codec} codec @returns {number} cores */
export function encodeLoad(rung, codec) {
  const { height, fps } = RUNGS[rung];
  return (ENCODE_MS[codec] * (height / 360) ** 2 * fps) / 1_000;
}

/** The lowest video rung that fills a tile. @param {number} pixels height of the tile, device px @returns {number} */
export function rungForTile(pixels) {
  const found = RUNGS.findIndex(({ height }) => height >= pixels * 0.8 && height > 0);
  return found < 0 ? TOP : found;
}
