/** How loud one element plays for the person here, 0 to 200 %. Above 100 % `booster.js`, loaded on demand, plays in its place. */

import { Sink } from "./sink.js";

/** @import { Booster } from "./booster.js" */

const LOUDEST_ELEMENT = 100;

export class Volume {
  #element;
  #onChanged;
  #percent = LOUDEST_ELEMENT;
  #speaker = "";
  #silenced = false;
  #closed = false;
  /** @type {Booster | null} */
  #booster = null;

  /** @param {HTMLMediaElement} element @param {() => void} onChanged `boosts` may differ */
  constructor(element, onChanged) {
    this.#element = element;
    this.#onChanged = onChanged;
  }

  /** Whether the sound comes from the booster: the element has to be muted then. */
  get boosts() {
    return this.#booster?.plays === true;
  }

  /** @param {number} percent 0 to 200 */
  set(percent) {
    if (percent === this.#percent) return;
    this.#percent = percent;
    this.#element.volume = Math.min(LOUDEST_ELEMENT, percent) / LOUDEST_ELEMENT;
    if (percent > LOUDEST_ELEMENT && this.#booster === null) void this.#load();
    else this.update();
  }

  /** @param {string} deviceId */
  useSpeaker(deviceId) {
    this.#speaker = deviceId;
    this.update();
  }

  /** @param {boolean} silenced nothing of it is to be heard */
  silence(silenced) {
    this.#silenced = silenced;
    this.update();
  }

  /** The stream of the element, or its tracks, may differ. */
  update() {
    const stream = this.#element.srcObject;
    const track = stream instanceof MediaStream && this.#percent > LOUDEST_ELEMENT ? stream.getAudioTracks()[0] : null;
    const muted = this.#silenced;
    this.#booster?.play(track ?? null, { gain: this.#percent / LOUDEST_ELEMENT, muted, speaker: this.#speaker });
  }

  close() {
    this.#closed = true;
    this.#booster?.close();
  }

  /** Where it cannot be loaded or used, the element plays as loud as it can. */
  async #load() {
    try {
      const { Booster } = await import("./booster.js");
      if (this.#closed || this.#booster !== null) return;
      this.#booster = new Booster({ makeSink: (element) => new Sink(element, () => {}), onChanged: this.#onChanged });
      this.update();
    } catch {
      // Not loaded, or no audio graph.
    }
  }
}
