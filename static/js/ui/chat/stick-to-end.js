/** Keeps a list at its end while it grows, shrinks or is shown again, unless the person has scrolled away from it. */

import { Emitter } from "../../lib/emitter.js";

/** The list counts as being at its end when it is scrolled this close to it. */
const NEAR_PX = 48;

/**
 * @typedef {object} StickToEndEvents
 * @property {void} reached the list is at its end
 */

/** @extends {Emitter<StickToEndEvents>} */
export class StickToEnd extends Emitter {
  #scroller;
  /** The sizes for which the position of the list was last chosen, here or by the person. */
  #sizes = "";
  #reached = true;

  /** @param {HTMLElement} scroller @param {HTMLElement} content @param {AbortSignal} signal */
  constructor(scroller, content, signal) {
    super();
    this.#scroller = scroller;
    const observer = new ResizeObserver(() => this.#onResize());
    observer.observe(scroller);
    observer.observe(content);
    scroller.addEventListener("scroll", () => this.#onScroll(), { signal });
    signal.addEventListener("abort", () => observer.disconnect());
  }

  get reached() {
    return this.#reached;
  }

  scrollToEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#sizes = this.#measure();
    this.#setReached(true);
  }

  #onScroll() {
    // A size that is new came with a scroll that the browser made. The observer puts it right.
    if (this.#measure() !== this.#sizes) return;
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    this.#setReached(scrollHeight - scrollTop - clientHeight < NEAR_PX);
  }

  #onResize() {
    if (this.#scroller.clientHeight === 0) return;
    if (this.#reached) this.scrollToEnd();
    this.#sizes = this.#measure();
  }

  #measure() {
    return `${this.#scroller.clientHeight} ${this.#scroller.scrollHeight}`;
  }

  /** @param {boolean} reached */
  #setReached(reached) {
    this.#reached = reached;
    if (reached) this.emit("reached");
  }
}
