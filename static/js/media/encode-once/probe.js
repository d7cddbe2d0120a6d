/**
 * Proves that a codec can be encoded once here: in a pair of connections of this page, whose receiver has to see moving pictures of
 * the sender's own encoder, then those of the shared one, and after the end of its worker again those of its own.
 */

import { switchCodec } from "../adaptation/browser-differences.js";
import { CarrierBackend } from "./backend.js";
import { exchangeCandidates, negotiate } from "./loopback.js";
import { MovingPicture } from "./moving-picture.js";
import { SharedEncoder } from "./shared-encoder.js";

/** @import { Codec } from "../adaptation/ladder.js" */

const OWN = Object.freeze({ width: 192, height: 144 });
const SHARED = Object.freeze({ width: 128, height: 96 });
const FPS = 30;
const KBPS = 200;
/** Decoded in each of the three parts. */
const FRAMES = 6;
const PATIENCE_MS = 20_000;
const LOOK_MS = 50;
const ENCODER = 1;

/** @param {Codec} codec @returns {Promise<boolean>} */
export async function proveCodec(codec) {
  const life = new AbortController();
  const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
  const picture = new MovingPicture(OWN, FPS);
  const backend = new CarrierBackend();
  backend.listener.failed = () => life.abort();
  backend.makeEncoder = (attach) => new SharedEncoder(attach);
  const timer = setTimeout(() => life.abort(), PATIENCE_MS);
  try {
    const transceiver = near.addTransceiver("video", { direction: "sendonly" });
    const { sender } = transceiver;
    backend.prepare(sender);
    exchangeCandidates(near, far);
    await negotiate(near, far);
    await sender.replaceTrack(picture.track);
    if ((await switchCodec(transceiver, codec)) !== "now") return false;
    const sees = (/** @type {{width: number}} */ { width }) => seesFrames(far, codec, width, life.signal);
    if (!(await sees(OWN))) return false;
    backend.encode(ENCODER, picture.track, { kind: "camera", codec, height: SHARED.height, fps: FPS, kbps: KBPS });
    const prepared = backend.preparedOf(sender);
    if (prepared === null) return false;
    backend.join(prepared, ENCODER);
    await sender.replaceTrack(prepared.track);
    if (!(await sees(SHARED))) return false;
    backend.restart();
    await sender.replaceTrack(picture.track);
    return await sees(OWN);
  } finally {
    clearTimeout(timer);
    picture.stop();
    near.close();
    far.close();
    backend.stop();
  }
}

/** @param {RTCPeerConnection} far @param {Codec} codec @param {number} width px @param {AbortSignal} signal @returns {Promise<boolean>} false: too late */
async function seesFrames(far, codec, width, signal) {
  let begun = -1;
  while (!signal.aborted) {
    const stats = await far.getStats();
    const inbound = [...stats.values()].find(({ type, kind }) => type === "inbound-rtp" && kind === "video");
    const right = inbound?.frameWidth === width && stats.get(inbound.codecId)?.mimeType.toUpperCase() === `VIDEO/${codec}`;
    if (!right) begun = -1;
    else if (begun < 0) begun = inbound.framesDecoded;
    else if (inbound.framesDecoded - begun >= FRAMES) return true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return false;
}
