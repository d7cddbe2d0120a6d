/** Turns the microphone on or off for as long as something is held. Any other decision meanwhile has the last word. */

/** @typedef {{muted: boolean, setMuted: (muted: boolean) => unknown}} Microphone */

export class PushHold {
  #microphone;
  /** Whether it was muted before; null: nothing is held. @type {boolean | null} */
  #before = null;

  /** @param {Microphone} microphone */
  constructor(microphone) {
    this.#microphone = microphone;
  }

  get held() {
    return this.#before !== null;
  }

  /** @param {{talk: boolean, mute: boolean}} settings what holding may do @returns {boolean} whether it does something */
  press({ talk, mute }) {
    const { muted } = this.#microphone;
    if (this.held || !(muted ? talk : mute)) return false;
    this.#before = muted;
    this.#microphone.setMuted(!muted);
    return true;
  }

  release() {
    const before = this.#before;
    this.#before = null;
    if (before !== null) this.#microphone.setMuted(before);
  }

  /** The microphone has changed: if that undid the press, the release must not change it again. */
  check() {
    if (this.#before === this.#microphone.muted) this.#before = null;
  }

  /** A host has muted this person: the release must not unmute. */
  cancel() {
    this.#before = null;
  }
}
