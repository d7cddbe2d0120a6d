/** The browser's own window for one video (Picture-in-Picture), where it has none for pages. Its controls are those of `MediaKeys`. */

import { Emitter } from "../../lib/emitter.js";

/** @import { Stage } from "../stage/stage.js" */
/** @import { Picture } from "./choice.js" */

/** @typedef {object} VideoWindowEvents @property {void} changed `isOpen` has changed */

/** @extends {Emitter<VideoWindowEvents>} */
export class VideoWindow extends Emitter {
  #stage;
  /** @type {Picture | null} */
  #picture = null;
  /** A window that the person opened with the browser's own menu stays as it is. */
  #isOurs = false;

  static get isAvailable() {
    return document.pictureInPictureEnabled === true;
  }

  /** @param {{stage: Stage}} call @param {AbortSignal} signal closes the window */
  constructor({ stage }, signal) {
    super();
    this.#stage = stage;
    document.addEventListener("leavepictureinpicture", () => queueMicrotask(() => this.#onLeft()), { signal });
    // A screen that has just been shared has no picture yet.
    stage.grid.parentElement?.addEventListener("resize", () => this.#follow(), { signal, capture: true });
    signal.addEventListener("abort", () => this.close());
  }

  get isOpen() {
    return this.#isOurs;
  }

  /** @returns {Promise<void>} @throws {DOMException} the browser refuses, or there is no picture */
  async open() {
    const video = this.#video;
    if (!video) throw new DOMException("", "InvalidStateError");
    await video.requestPictureInPicture();
    this.#setOurs(true);
  }

  close() {
    if (this.#isOurs && document.pictureInPictureElement) document.exitPictureInPicture().catch(() => {});
    this.#setOurs(false);
  }

  /** @param {Picture} picture */
  show(picture) {
    this.#picture = picture;
    this.#follow();
  }

  setSpeaking() {}

  showSnapshot() {}

  #follow() {
    const video = this.#video;
    if (!this.#isOurs || !video || video === document.pictureInPictureElement) return;
    // It needs no press while another video is in the window. Where it is refused, the other one stays.
    video.requestPictureInPicture().catch(() => {});
  }

  /** @returns {HTMLVideoElement | undefined} undefined: it shows nothing, and no window can */
  get #video() {
    const { kind, pid } = this.#picture ?? { kind: "tile", pid: "" };
    const video = this.#stage.grid.parentElement?.querySelector(`mp-${kind}[data-pid="${CSS.escape(pid)}"] video`);
    return video instanceof HTMLVideoElement && video.videoWidth > 0 ? video : undefined;
  }

  #onLeft() {
    if (document.pictureInPictureElement === null) this.#setOurs(false);
  }

  /** @param {boolean} ours */
  #setOurs(ours) {
    if (ours === this.#isOurs) return;
    this.#isOurs = ours;
    this.emit("changed");
  }
}
