/** The ladder of pictures: from nothing but sound to 720p, and what each rung costs. */

/** @typedef {"AV1" | "VP9" | "VP8" | "H264"} Codec */

/**
 * @typedef {object} Rung
 * @property {string} name
 * @property {number} height of the shorter side, px; 0: no moving picture
 * @property {number} fps
 * @property {number} minKbps kbit/s in VP8 below which it is worse than the rung below
 * @property {number} maxKbps kbit/s in VP8 above which nobody sees a difference
 */

/** @type {readonly Rung[]} from the lowest */
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
/** Where a connection begins: what most lines carry, until the first estimate is there. */
export const FIRST = 3;

/** How much of the bits of VP8 each needs for the same picture. @type {Readonly<Record<Codec, number>>} */
export const CODEC_BITRATE_FACTOR = Object.freeze({ AV1: 0.65, VP9: 0.8, VP8: 1, H264: 1.1 });

/** Milliseconds to encode a busy picture of 640×360, measured on one core. @type {Readonly<Record<Codec, number>>} */
export const ENCODE_MS = Object.freeze({ AV1: 16.6, VP9: 8.9, VP8: 6.6, H264: 4.9 });

/**
 * @param {number} rung
 * @param {Codec} codec
 * @returns {number} kbit/s below which the rung does not hold
 */
export function minKbps(rung, codec) {
  return RUNGS[rung].minKbps * CODEC_BITRATE_FACTOR[codec];
}

/**
 * @param {number} rung
 * @param {Codec} codec
 * @returns {number} kbit/s that the encoder may use at most
 */
export function maxKbps(rung, codec) {
  return RUNGS[rung].maxKbps * CODEC_BITRATE_FACTOR[codec];
}

/**
 * @param {number} rung
 * @param {Codec} codec
 * @returns {number} cores that encoding takes, as a rule
 */
export function encodeLoad(rung, codec) {
  const { height, fps } = RUNGS[rung];
  return (ENCODE_MS[codec] * (height / 360) ** 2 * fps) / 1_000;
}

/**
 * Finds the lowest rung that fills a tile.
 * @param {number} pixels height of the tile as the person sees it, device px
 * @returns {number} a rung with a moving picture
 */
export function rungForTile(pixels) {
  const found = RUNGS.findIndex(({ height }) => height >= pixels * 0.8 && height > 0);
  return found < 0 ? TOP : found;
}
