/**
 * Encodes a picture once, for all senders that carry it: the encoder of a sender in a pair of connections of this page. Its transform
 * takes every frame and sends none. It is the encoder that each connection would have: those of WebCodecs took up to three times the
 * processor for the same picture.
 */

import { SenderControl } from "../adaptation/sender-control.js";
import { exchangeCandidates, negotiate } from "./loopback.js";

/** @import { Codec } from "../adaptation/ladder.js" */
/** @import { PictureKind } from "../adaptation/sender-control.js" */

/** height: px, shorter side; Infinity: as it is @typedef {{kind: PictureKind, codec: Codec, height: number, fps: number, kbps: number}} SharedPicture */
/**
 * Totals, and the last size, px. busyMs: of encoding; limited: by the processor
 * @typedef {{frames: number, keyFrames: number, busyMs: number, limited: boolean, width: number, height: number}} EncoderCounts
 */

export class SharedEncoder {
  /** It has ended by itself, or makes no frames. */
  failed = false;
  #near = new RTCPeerConnection();
  #far = new RTCPeerConnection();
  #control;
  #transceiver;
  #connected;
  /** @type {MediaStreamTrack | null} */
  #track = null;

  /** @param {(sender: RTCRtpSender) => void} attach gives the sender its transform, in this task */
  constructor(attach) {
    this.#control = new SenderControl(() => void this.#negotiate());
    this.#transceiver = this.#near.addTransceiver("video", { direction: "sendonly" });
    attach(this.#transceiver.sender);
    exchangeCandidates(this.#near, this.#far);
    this.#near.addEventListener("connectionstatechange", () => (this.failed ||= this.#near.connectionState === "failed"));
    this.#connected = this.#negotiate();
  }

  /** @param {MediaStreamTrack} track @param {SharedPicture} picture */
  async encode(track, { kind, codec, height, fps, kbps }) {
    await this.#connected;
    const picture = { active: true, codec, height, fps, kbps, fresh: false };
    const [transceiver, control] = [this.#transceiver, this.#control];
    const set = kind === "screen" ? control.setScreen(transceiver, picture, false) : control.setCamera(transceiver, picture, { track, carried: false });
    await set;
    if (this.#track === track) return;
    this.#track = track;
    await transceiver.sender.replaceTrack(track).catch(() => {}); // closed meanwhile
  }

  async requestKey() {
    const { sender } = this.#transceiver;
    const parameters = sender.getParameters();
    const options = { encodingOptions: parameters.encodings.map(() => ({ keyFrame: true })) };
    await /** @type {any} */ (sender).setParameters(parameters, options).catch(() => {}); // the next request tries again
  }

  /** @returns {Promise<EncoderCounts>} */
  async count() {
    const stats = [...(await this.#transceiver.sender.getStats()).values()];
    const { framesEncoded = 0, keyFramesEncoded = 0, totalEncodeTime = 0, qualityLimitationReason = "", frameWidth = 0, frameHeight = 0 } =
      stats.find(({ type }) => type === "outbound-rtp") ?? {};
    return { frames: framesEncoded, keyFrames: keyFramesEncoded, busyMs: 1_000 * totalEncodeTime, limited: qualityLimitationReason === "cpu", width: frameWidth, height: frameHeight };
  }

  close() {
    this.#near.close();
    this.#far.close();
  }

  async #negotiate() {
    try {
      await negotiate(this.#near, this.#far);
    } catch {
      this.failed ||= this.#near.signalingState !== "closed";
    }
  }
}
