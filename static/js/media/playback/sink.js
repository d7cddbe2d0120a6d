/** The audio device of one media element or audio context. */

/** @typedef {{setSinkId?: (deviceId: string) => Promise<void>}} SinkTarget Firefox has no `AudioContext.setSinkId` */

export class Sink {
  #target;
  #onRefused;
  /** "": the system's default */
  #used = "";
  #wanted = "";
  #busy = false;

  /** @param {SinkTarget} target @param {(deviceId: string) => void} onRefused the target stays on the device before */
  constructor(target, onRefused) {
    this.#target = target;
    this.#onRefused = onRefused;
  }

  /** The last call wins, in whatever order the browser finishes. @param {string} deviceId "": the system's default */
  use(deviceId) {
    this.#wanted = deviceId;
    if (!this.#busy) void this.#apply();
  }

  async #apply() {
    if (!this.#target.setSinkId) return;
    this.#busy = true;
    while (this.#used !== this.#wanted) {
      const next = this.#wanted;
      try {
        await this.#target.setSinkId(next);
        this.#used = next;
      } catch (error) {
        if (this.#wanted !== next) continue;
        this.#wanted = this.#used;
        // A context that was closed meanwhile says nothing about the device.
        if (!(error instanceof DOMException) || error.name !== "InvalidStateError") this.#onRefused(next);
      }
    }
    this.#busy = false;
  }
}
