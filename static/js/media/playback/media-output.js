/** One media element of `MediaOutputs`: keeps it playing, muted where it has to be, on the chosen speaker. */

import { EarlySound } from "./early-sound.js";
import { Sink } from "./sink.js";
import { Volume } from "./volume.js";

/** What needs a press of the person: "play": it does not play at all; "sound": it plays without sound. @typedef {"" | "sound" | "play"} Offer */
/** @typedef {"camera" | "screen"} Source */
/** @typedef {{pid: string, source?: Source, own?: boolean, silent?: boolean}} OutputOwner own: never heard by oneself; silent: another element has its sound */
/** @typedef {HTMLVideoElement & {webkitPresentationMode?: string, webkitSetPresentationMode?: (mode: string) => void}} VideoElement */

/** A browser that pauses an element more often than this is not fought. */
const MAX_RESTARTS = 3;
const RESTARTS_WITHIN_MS = 10_000;
/** A camera that is on again has sent a frame by then, or the last one is better than none. */
const MAX_STALE_MS = 5_000;

export class MediaOutput {
  owner;
  #element;
  #onChanged;
  #sink;
  #volume;
  #life = new AbortController();
  #earlySound;
  /** The browser plays it only without sound. */
  #refused = false;
  #stopped = false;
  #silenced = false;
  #showsPicture = true;
  /** When it was started again after a pause, ms. @type {number[]} */
  #restarts = [];

  /**
   * @param {VideoElement} element @param {OutputOwner} owner
   * @param {{onChanged: () => void, onSinkRefused: (deviceId: string) => void}} listeners onChanged: `offer` may differ
   */
  constructor(element, owner, { onChanged, onSinkRefused }) {
    this.owner = owner;
    this.#element = element;
    this.#onChanged = onChanged;
    this.#sink = new Sink(element, onSinkRefused);
    this.#volume = new Volume(element, () => this.#applyMuted());
    const { signal } = this.#life;
    this.#earlySound = this.#isSilent ? null : new EarlySound(element, signal);
    element.addEventListener("pause", () => this.#onPause(), { signal });
    element.addEventListener("playing", () => this.#setStopped(false), { signal });
    for (const type of ["enterpictureinpicture", "webkitpresentationmodechanged"]) {
      element.addEventListener(type, () => this.#checkPictureInPicture(), { signal });
    }
    this.#applyMuted();
  }

  /** Whether it never has sound. */
  get #isSilent() {
    return this.owner.own === true || this.owner.silent === true;
  }

  /** @returns {Offer} */
  get offer() {
    if (this.#element.srcObject === null) return "";
    if (this.#stopped) return "play";
    return this.#refused && !this.#silenced ? "sound" : "";
  }

  /** @param {MediaStream | null} stream null: shows nothing @returns {Promise<void>} settles also if the browser refuses */
  async play(stream) {
    if (stream === null) return this.#clear();
    if (this.#element.srcObject !== stream) this.#element.srcObject = stream;
    this.#volume.update();
    this.#earlySound?.update();
    await this.#start();
  }

  /** Muted for this person only. @param {boolean} silenced */
  silence(silenced) {
    if (silenced === this.#silenced) return;
    this.#silenced = silenced;
    this.#applyMuted();
    this.#onChanged();
  }

  /** For this person only. @param {number} percent 0 to 200 */
  setVolume(percent) {
    if (!this.#isSilent) this.#volume.set(percent);
  }

  /** @param {boolean} shows false: there is no live picture, so none may float on the desktop, nor be shown when it is back */
  setPicture(shows) {
    if (shows && !this.#showsPicture && !this.owner.own) this.#hideUntilFrame();
    this.#showsPicture = shows;
    this.#checkPictureInPicture();
  }

  /** @param {string} deviceId */
  useSpeaker(deviceId) {
    if (this.#isSilent) return;
    this.#sink.use(deviceId);
    this.#volume.useSpeaker(deviceId);
    this.#earlySound?.useSpeaker(deviceId);
  }

  /** Plays with sound; call it from a user gesture. @returns {Promise<void>} */
  async resume() {
    if (this.#element.srcObject === null) return;
    this.#refused = false;
    this.#applyMuted();
    await this.restart();
    this.#onChanged();
  }

  /** Plays again if it is paused: the page came back. @returns {Promise<void>} */
  async restart() {
    this.#restarts = [];
    this.#earlySound?.update();
    if (this.#element.srcObject !== null) await this.#start();
  }

  /** For good: releases the stream, too. */
  remove() {
    this.#life.abort();
    this.#clear();
    this.#volume.close();
  }

  async #start() {
    const element = this.#element;
    const { muted } = element;
    try {
      await element.play();
      if (!element.paused) this.#setStopped(false);
    } catch (error) {
      // Other errors are of a stream that was replaced or paused meanwhile.
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError" || element.srcObject === null) return;
      if (muted) return this.#setStopped(true);
      this.#refused = true;
      this.#applyMuted();
      this.#onChanged();
      await this.#start();
    }
  }

  #onPause() {
    const { srcObject: stream, paused, isConnected } = this.#element;
    if (!paused || !isConnected || !(stream instanceof MediaStream) || !stream.active) return;
    const now = performance.now();
    this.#restarts = [...this.#restarts.filter((at) => now - at < RESTARTS_WITHIN_MS), now];
    if (this.#restarts.length > MAX_RESTARTS) this.#setStopped(true);
    else void this.#start();
  }

  #clear() {
    this.#closePictureInPicture();
    this.#element.srcObject = null;
    this.#volume.update();
    this.#earlySound?.update();
    this.#stopped = false;
    this.#onChanged();
  }

  /** @param {boolean} stopped */
  #setStopped(stopped) {
    if (stopped === this.#stopped) return;
    this.#stopped = stopped;
    this.#onChanged();
  }

  #applyMuted() {
    const muted = this.#isSilent || this.#refused || this.#silenced;
    this.#volume.silence(muted);
    this.#element.muted = muted || this.#volume.boosts;
    this.#earlySound?.update();
  }

  /** The element keeps the last frame from before: `data-stale` is for the style sheet. */
  #hideUntilFrame() {
    const element = this.#element;
    if (!element.requestVideoFrameCallback) return;
    element.dataset.stale = "true";
    const show = () => delete element.dataset.stale;
    element.requestVideoFrameCallback(show);
    setTimeout(show, MAX_STALE_MS);
  }

  #checkPictureInPicture() {
    if (!this.#showsPicture || this.#element.srcObject === null) this.#closePictureInPicture();
  }

  #closePictureInPicture() {
    const element = this.#element;
    if (document.pictureInPictureElement === element) document.exitPictureInPicture().catch(() => {});
    if (element.webkitPresentationMode === "picture-in-picture") element.webkitSetPresentationMode?.("inline");
  }
}
