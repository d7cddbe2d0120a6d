/** An event that an element of ours fires for the page around it: its name and its detail type in one place. */

/** @template [Detail=void] */
export class ElementEvent {
  #type;

  /** @param {string} type */
  constructor(type) {
    this.#type = type;
  }

  /** It bubbles. @param {Element} element @param {Detail} detail */
  dispatch(element, detail) {
    element.dispatchEvent(new CustomEvent(this.#type, { bubbles: true, detail }));
  }

  /**
   * @param {EventTarget} target the element, or one around it
   * @param {(detail: Detail) => void} listener @param {{signal?: AbortSignal}} [options]
   */
  listen(target, listener, options) {
    target.addEventListener(this.#type, (event) => listener(/** @type {CustomEvent} */ (event).detail), options);
  }
}
