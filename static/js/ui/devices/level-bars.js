/** The bars that show how loud the own microphone is. It is measured only while a person can see one of them. */

import { LevelMeter } from "../../media/devices/level-meter.js";

/** @import { MeterBar } from "./meter-bar.js" */

export class LevelBars {
  #bars;
  /** @type {Set<Element>} */
  #seen = new Set();
  /** @type {MediaStreamTrack | null} */
  #track = null;
  /** @type {LevelMeter | null} */
  #meter = null;

  /** @param {MeterBar[]} bars */
  constructor(bars) {
    this.#bars = bars;
    const observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.#seen[isIntersecting ? "add" : "delete"](target);
      this.#update();
    });
    for (const bar of bars) observer.observe(bar);
  }

  /** @param {MediaStreamTrack | null} track of the microphone */
  show(track) {
    this.#track = track;
    this.#update();
  }

  /** Whether the microphone is measured. */
  get measures() {
    return this.#meter !== null;
  }

  #update() {
    const wanted = this.#track !== null && this.#seen.size > 0;
    if (!wanted) {
      this.#meter?.stop();
      this.#meter = null;
      for (const bar of this.#bars) bar.level = 0;
    } else if (this.#meter === null) {
      const meter = new LevelMeter();
      meter.on("level", ({ level }) => this.#bars.forEach((bar) => (bar.level = level)));
      this.#meter = meter;
    }
    this.#meter?.setTrack(this.#track);
  }
}
