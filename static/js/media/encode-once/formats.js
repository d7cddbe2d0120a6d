/** What a shared encoder is asked for, and how WebCodecs names it. */

/** @import { Codec } from "../adaptation/ladder.js" */

/** height: px, shorter side @typedef {{codec: Codec, height: number, fps: number, kbps: number}} SharedPicture */

/** Level 4.0, enough for 1080p. @type {Readonly<Record<Codec, string>>} */
const NAMES = Object.freeze({ VP8: "vp8", VP9: "vp09.00.40.08", AV1: "av01.0.08M.08", H264: "avc1.42e028" });

/**
 * @param {SharedPicture} picture @param {{width: number, height: number}} source @returns {{width: number, height: number}} even, as
 *   encoders want it, and never larger than the source
 */
export function encodedSize({ height }, source) {
  const shorter = Math.min(source.width, source.height);
  const scale = Math.max(1, shorter / height);
  const even = (/** @type {number} */ side) => Math.max(2, Math.floor(Math.round(side / scale) / 2) * 2);
  return { width: even(source.width), height: even(source.height) };
}

/** @param {SharedPicture} picture @param {{width: number, height: number}} size @returns {VideoEncoderConfig} */
export function encoderConfig({ codec, fps, kbps }, size) {
  const config = {
    codec: NAMES[codec],
    ...size,
    bitrate: Math.round(kbps * 1_000),
    framerate: fps,
    latencyMode: /** @type {const} */ ("realtime"),
    bitrateMode: /** @type {const} */ ("constant"),
    // Those of graphics cards drop frames, and differ in what they make of key frames.
    hardwareAcceleration: /** @type {const} */ ("prefer-software"),
    contentHint: "motion",
  };
  return codec === "H264" ? { ...config, avc: { format: "annexb" } } : config;
}
