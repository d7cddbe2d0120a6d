/** Media differences between browsers. */

/** @import { Codec } from "./ladder.js" */

/** The best first. @type {Readonly<Record<"desktop" | "mobile" | "safari", readonly Codec[]>>} */
const ORDERS = Object.freeze({
  desktop: ["AV1", "VP9", "VP8", "H264"],
  // Most phones have hardware H.264, few have the others.
  mobile: ["H264", "VP8", "VP9", "AV1"],
  // Safari decodes AV1 on few machines and encodes it on none.
  safari: ["H264", "VP9", "VP8"],
});

/** @param {string} [agent] @returns {{mobile: boolean, safari: boolean}} */
export function thisBrowser(agent = globalThis.navigator?.userAgent ?? "") {
  const apple = /AppleWebKit/.test(agent) && !/Chrom(e|ium)|Android/.test(agent);
  return { mobile: /Android|iPhone|iPad|Mobile/.test(agent), safari: apple };
}

/** @param {{mobile: boolean, safari: boolean}} here @returns {readonly Codec[]} */
export function codecOrder({ mobile, safari }) {
  if (safari) return ORDERS.safari;
  return mobile ? ORDERS.mobile : ORDERS.desktop;
}

/**
 * Sets what an encoder gives up first. Chromium has it on the sender, Firefox on the encoding.
 * @param {RTCRtpSendParameters} parameters @param {"maintain-framerate" | "maintain-resolution" | "balanced"} preference
 */
export function setDegradation(parameters, preference) {
  Object.assign(parameters, { degradationPreference: preference });
  if (/Firefox\//.test(globalThis.navigator?.userAgent ?? "")) {
    for (const encoding of parameters.encodings) Object.assign(encoding, { degradationPreference: preference });
  }
}

/**
 * Sets the jitter buffer target. Older Chromium has it as `playoutDelayHint`, in seconds; Safari lacks it.
 * @param {RTCRtpReceiver} receiver @param {number} ms 0: the browser decides
 */
export function keepFor(receiver, ms) {
  if ("jitterBufferTarget" in receiver) Object.assign(receiver, { jitterBufferTarget: ms === 0 ? null : ms });
  else if ("playoutDelayHint" in receiver) Object.assign(receiver, { playoutDelayHint: ms === 0 ? null : ms / 1_000 });
}

/**
 * Switches the codec of a sender. `encodings[].codec` needs no negotiation (Chromium from 126, Firefox from 139); elsewhere the
 * order of preferences changes, which takes effect with the next negotiation.
 * @param {RTCRtpTransceiver} transceiver @param {Codec} codec @returns {Promise<"now" | "negotiate" | "never">}
 */
export async function switchCodec(transceiver, codec) {
  const { sender } = transceiver;
  const parameters = sender.getParameters();
  const chosen = parameters.codecs?.find(({ mimeType }) => mimeType.toUpperCase() === `VIDEO/${codec}`);
  const [encoding] = parameters.encodings ?? [];
  if (!chosen || !encoding) return "never";
  Object.assign(encoding, { codec: chosen });
  try {
    await sender.setParameters(parameters);
    if (/** @type {any} */ (sender.getParameters().encodings[0]).codec?.mimeType === chosen.mimeType) return "now";
  } catch {
    // Not possible in place: negotiate instead.
  }
  return prefer(transceiver, codec) ? "negotiate" : "never";
}

/**
 * Prefers a codec. None is removed: Chromium cannot parse an offer of Firefox without VP8.
 * @param {RTCRtpTransceiver} transceiver @param {Codec} codec @returns {boolean}
 */
function prefer(transceiver, codec) {
  const all = RTCRtpReceiver.getCapabilities?.("video")?.codecs;
  if (!all || !("setCodecPreferences" in transceiver)) return false;
  const wanted = all.filter(({ mimeType }) => mimeType.toUpperCase() === `VIDEO/${codec}`);
  if (wanted.length === 0) return false;
  transceiver.setCodecPreferences([...wanted, ...all.filter((one) => !wanted.includes(one))]);
  return true;
}
