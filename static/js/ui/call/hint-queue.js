/** Which hints a person gets during their first call, one at a time and each at most once. */

/** @typedef {"mute" | "invite" | "hand" | "drop" | "files" | "devices"} Hint */

/**
 * Chooses three hints: what people look for first, and what no button shows.
 * @param {{host: boolean, keyboard: boolean}} person keyboard: there is one, and a mouse @returns {Hint[]}
 */
export function hintsFor({ host, keyboard }) {
  const own = host ? "invite" : "hand";
  return keyboard ? ["mute", own, "drop"] : [own, "files", "devices"];
}

export class HintQueue {
  #waiting;
  #resting = false;
  /** The hint that is up, even while something hides it. @type {Hint | null} */
  current = null;

  /** @param {Hint[]} hints */
  constructor(hints) {
    this.#waiting = new Set(hints);
  }

  get isFinished() {
    return this.current === null && this.#waiting.size === 0;
  }

  /**
   * Takes the next hint where it is not in the way. What a person has found by themselves needs no hint any more.
   * @param {{busy: boolean, done: Iterable<Hint>}} now busy: something else needs the attention
   * @returns {boolean} whether the current hint has ended by this
   */
  update({ busy, done }) {
    let ended = false;
    for (const hint of done) {
      this.#waiting.delete(hint);
      if (hint === this.current) ended = true;
    }
    if (ended) this.dismiss();
    if (this.current === null && !busy && !this.#resting) this.#takeNext();
    return ended;
  }

  /** Ends the current hint. None follows before `wake`. */
  dismiss() {
    this.current = null;
    this.#resting = true;
  }

  wake() {
    this.#resting = false;
  }

  #takeNext() {
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.current = next;
  }
}
