/** Applies decisions to the senders of one connection, for each in order, and only what has changed. */

import { setDegradation, switchCodec } from "./browser-differences.js";

/** @import { Codec } from "./ladder.js" */

/** @typedef {"camera" | "screen"} PictureKind */
/**
 * @typedef {{active: boolean, height: number, fps: number, kbps: number, codec: Codec, fresh: boolean}} Picture height: px,
 *   shorter side, Infinity: as it is; fresh: flush the send queue
 */
/** track: of the camera; carried: another encoder makes the picture, this one only dummies @typedef {{track: MediaStreamTrack | null, carried: boolean}} Origin */

/** @typedef {{audio: RTCRtpTransceiver | null, video: RTCRtpTransceiver | null}} Senders */

export class SenderControl {
  #negotiate;
  /** The last parameters. @type {WeakMap<RTCRtpSender, string>} */
  #set = new WeakMap();
  /** @type {WeakMap<RTCRtpSender, Codec>} */
  #codecs = new WeakMap();
  /** Of changes that are not applied yet. @type {WeakMap<RTCRtpTransceiver, Promise<void>>} */
  #queues = new WeakMap();

  /** @param {() => void} negotiate applies codec preferences, where the browser needs it */
  constructor(negotiate) {
    this.#negotiate = negotiate;
  }

  /** @param {RTCRtpTransceiver | null} transceiver @param {Picture} picture @param {Origin} origin @returns {Promise<void>} settles when applied, or failed */
  async setCamera(transceiver, picture, { track, carried }) {
    if (transceiver === null) return;
    const size = track?.getSettings() ?? {};
    const shorter = Math.min(size.width ?? 0, size.height ?? 0);
    const scale = shorter > 0 && !carried ? Math.max(1, shorter / picture.height) : 1;
    const encoding = {
      active: picture.active,
      scaleResolutionDownBy: Math.round(scale * 100) / 100,
      maxFramerate: carried ? undefined : picture.fps,
      maxBitrate: Math.round(picture.kbps * 1_000),
      priority: "low",
      networkPriority: "low",
    };
    // Deactivating an encoding flushes its queue; a key frame follows.
    if (picture.fresh) void this.#change(transceiver, { ...encoding, active: false }, null, null);
    return this.#change(transceiver, encoding, "maintain-framerate", picture.active ? picture.codec : null);
  }

  /**
   * Screens are sent sharp, with few frames.
   * @param {RTCRtpTransceiver | null} transceiver @param {Picture} picture @param {boolean} carried
   * @returns {Promise<void>}
   */
  async setScreen(transceiver, { active, fps, kbps, codec }, carried) {
    if (transceiver === null) return;
    const encoding = { active, maxFramerate: carried ? undefined : fps, maxBitrate: Math.round(kbps * 1_000), priority: "low" };
    return this.#change(transceiver, encoding, "maintain-resolution", active ? codec : null);
  }

  /** @param {RTCRtpTransceiver | null} transceiver @param {{kbps: number, active: boolean}} sound @returns {Promise<void>} */
  async setAudio(transceiver, { kbps, active }) {
    if (transceiver === null) return;
    const encoding = { active, maxBitrate: kbps * 1_000, priority: "high", networkPriority: "high" };
    return this.#change(transceiver, encoding, null, null);
  }

  /** @param {RTCRtpTransceiver | null} transceiver @param {boolean} active @returns {Promise<void>} */
  async setScreenSound(transceiver, active) {
    if (transceiver !== null) await this.#change(transceiver, { active }, null, null);
  }

  /**
   * @param {RTCRtpTransceiver} transceiver @param {Record<string, unknown>} encoding
   * @param {"maintain-framerate" | "maintain-resolution" | null} degradation @param {Codec | null} codec null: unchanged
   */
  #change(transceiver, encoding, degradation, codec) {
    const run = async () => {
      if (transceiver.sender.transport === null) return; // nothing negotiated: it would be refused, or undone
      await this.#write(transceiver.sender, encoding, degradation);
      if (codec !== null) await this.#switch(transceiver, codec);
    };
    // A closed connection, or parameters that this browser rejects: the next decision tries again.
    const queue = (this.#queues.get(transceiver) ?? Promise.resolve()).then(run).catch(() => {});
    this.#queues.set(transceiver, queue);
    return queue;
  }

  /**
   * @param {RTCRtpSender} sender @param {Record<string, unknown>} encoding
   * @param {"maintain-framerate" | "maintain-resolution" | null} degradation
   */
  async #write(sender, encoding, degradation) {
    const words = JSON.stringify(encoding);
    if (this.#set.get(sender) === words) return;
    const parameters = sender.getParameters();
    if (!parameters.encodings?.[0]) return;
    Object.assign(parameters.encodings[0], encoding);
    if (degradation !== null) setDegradation(parameters, degradation);
    await sender.setParameters(parameters);
    this.#set.set(sender, words);
  }

  /** @param {RTCRtpTransceiver} transceiver @param {Codec} codec */
  async #switch(transceiver, codec) {
    const { sender } = transceiver;
    if (this.#codecs.get(sender) === codec) return;
    this.#codecs.set(sender, codec);
    if ((await switchCodec(transceiver, codec)) === "negotiate") this.#negotiate();
  }
}
