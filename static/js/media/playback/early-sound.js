/**
 * Plays the sound of an element that waits for its first picture. Chromium plays nothing of a stream with a picture until the first frame
 * is there: a camera that is off sends none, and a thin link sends it late. Firefox plays the sound at once.
 */

import { Sink } from "./sink.js";

/** A browser that pauses it more often than this is not fought. */
const MAX_RESTARTS = 3;

export class EarlySound {
  #element;
  /** While it plays. @type {{audio: HTMLAudioElement, sink: Sink, restarts: number} | null} */
  #playing = null;
  #speaker = "";
  #needed = !/Firefox\//.test(globalThis.navigator?.userAgent ?? "");

  /** @param {HTMLVideoElement} element @param {AbortSignal} signal */
  constructor(element, signal) {
    this.#element = element;
    for (const type of ["loadeddata", "emptied", "volumechange"]) element.addEventListener(type, () => this.update(), { signal });
    signal.addEventListener("abort", () => this.#stop());
  }

  /** The stream of the element, its tracks, or how it is played, may differ. */
  update() {
    const { srcObject: stream, readyState, HAVE_CURRENT_DATA, muted, volume } = this.#element;
    const waits = this.#needed && stream instanceof MediaStream && readyState < HAVE_CURRENT_DATA;
    const tracks = waits && stream.getVideoTracks().length > 0 ? stream.getAudioTracks() : [];
    if (tracks.length === 0) return this.#stop();
    this.#playing ??= this.#make();
    const { audio } = this.#playing;
    Object.assign(audio, { muted, volume });
    const known = /** @type {MediaStream | null} */ (audio.srcObject)?.getAudioTracks() ?? [];
    if (known.length !== tracks.length || known.some((track) => !tracks.includes(track))) audio.srcObject = new MediaStream(tracks);
    // A browser that refuses sound refuses that of the element, too, where it is offered.
    if (audio.paused) audio.play().catch(() => {});
  }

  /** @param {string} deviceId */
  useSpeaker(deviceId) {
    this.#speaker = deviceId;
    this.#playing?.sink.use(deviceId);
  }

  #make() {
    const audio = new Audio();
    const playing = { audio, sink: new Sink(audio, () => {}), restarts: 0 };
    playing.sink.use(this.#speaker);
    audio.addEventListener("pause", () => {
      if (this.#playing !== playing || playing.restarts >= MAX_RESTARTS) return;
      playing.restarts += 1;
      this.update();
    });
    return playing;
  }

  #stop() {
    const audio = this.#playing?.audio;
    this.#playing = null;
    if (!audio) return;
    audio.pause();
    audio.srcObject = null;
  }
}
