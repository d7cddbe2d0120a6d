/** Whose picture is large where the layout follows who talks: one word of another person does not change it. */

/** A person stays for at least so long, and until they have been silent for so long. */
export const HOLD_MS = 2_000;

export class ActiveSpeaker {
  #now;
  /** Who speaks, in the order in which they began. @type {Set<string>} */
  #speaking = new Set();
  #current = "";
  #heardAt = -Infinity;

  /** @param {() => number} [now] milliseconds on a clock that only rises */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** The pid; empty: no one has spoken yet, or who did has left. */
  get current() {
    return this.#current;
  }

  /** To be called again while they speak. @param {string} pid @param {boolean} speaking @returns {boolean} whether `current` has changed */
  hear(pid, speaking) {
    if (speaking) this.#speaking.add(pid);
    else this.#speaking.delete(pid);
    if (this.#speaking.has(this.#current)) this.#heardAt = this.#now();
    const [next] = this.#speaking;
    const held = this.#current !== "" && this.#now() - this.#heardAt < HOLD_MS;
    if (held || next === undefined || next === this.#current) return false;
    this.#current = next;
    this.#heardAt = this.#now();
    return true;
  }

  /** They have left. @param {string} pid */
  forget(pid) {
    this.#speaking.delete(pid);
    if (pid === this.#current) this.#current = "";
  }
}
