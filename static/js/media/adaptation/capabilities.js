/** Codecs that this browser decodes and sends. */

/** @import { Codec } from "./ladder.js" */
/** @import { Caps } from "./receiver-reports.js" */

/** @type {Readonly<Record<Codec, string>>} */
const CONTENT_TYPES = Object.freeze({
  AV1: "video/AV1",
  VP9: "video/VP9",
  VP8: "video/VP8",
  H264: "video/H264;level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
});

/** To ask, the page waits for the threads of WebRTC, which takes milliseconds on a busy machine; negotiations change little of it. */
const READ_EVERY_MS = 30_000;

/** @type {WeakMap<RTCRtpSender, {codecs: Codec[], at: number}>} */
const negotiated = new WeakMap();

/** @returns {Promise<Caps>} */
export async function decodingCaps() {
  const codecs = namesOf(RTCRtpReceiver.getCapabilities?.("video")?.codecs ?? []);
  return { decode: await Promise.all(codecs.map(async (codec) => ({ codec, efficient: await efficient(codec) }))) };
}

/** The negotiated codecs, as they were half a minute ago at most. @param {RTCRtpSender | undefined} sender @returns {readonly Codec[]} */
export function sendableCodecs(sender) {
  if (sender === undefined) return [];
  const now = performance.now();
  const last = negotiated.get(sender);
  if (last !== undefined && now - last.at < READ_EVERY_MS) return last.codecs;
  const codecs = namesOf(sender.getParameters().codecs ?? []);
  // There are none before the first negotiation.
  if (codecs.length > 0) negotiated.set(sender, { codecs, at: now });
  return codecs;
}

/** @param {readonly {mimeType: string}[]} codecs */
function namesOf(codecs) {
  const names = codecs.map(({ mimeType }) => mimeType.split("/")[1]?.toUpperCase());
  return /** @type {Codec[]} */ ([...new Set(names)].filter((name) => name !== undefined && Object.hasOwn(CONTENT_TYPES, name)));
}

/** @param {Codec} codec */
async function efficient(codec) {
  const video = { contentType: CONTENT_TYPES[codec], width: 1280, height: 720, bitrate: 1_500_000, framerate: 30 };
  const info = await navigator.mediaCapabilities?.decodingInfo({ type: "webrtc", video }).catch(() => null);
  return info?.powerEfficient ?? false;
}
