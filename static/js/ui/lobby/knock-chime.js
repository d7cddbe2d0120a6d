/** The sound of a knock: once per knock, in one tab of this browser. */

import { Chime } from "../../media/playback/chime.js";

/** @import { MediaOutputs } from "../../media/playback/media-outputs.js" */

export class KnockChime {
  #chime;
  /** Ends this tab's right to ring, by member. @type {Map<string, () => void>} */
  #ringing = new Map();

  /** @param {MediaOutputs} outputs */
  constructor(outputs) {
    this.#chime = new Chime(outputs);
  }

  /** Rings unless another tab has for this knock; a browser that allows no sound stays silent. @param {string} member */
  async ring(member) {
    if (this.#ringing.has(member)) return;
    /** @type {Promise<void>} */
    const ended = new Promise((resolve) => this.#ringing.set(member, resolve));
    // The first tab that takes the lock keeps it as long as the knock lasts.
    await navigator.locks.request(`meeting-point/knock ${member}`, { ifAvailable: true }, (lock) => {
      if (lock) void this.#chime.ring();
      return lock ? ended : undefined;
    });
  }

  /** @param {{member: string}[]} knocks those that still last */
  keep(knocks) {
    const here = new Set(knocks.map(({ member }) => member));
    for (const [member, end] of this.#ringing) {
      if (here.has(member)) continue;
      this.#ringing.delete(member);
      end();
    }
  }

  close() {
    this.keep([]);
    this.#chime.close();
  }
}
