/** Events with names and details that the type checker knows. */

/** @typedef {(event: Event) => void} Handler */
/** @typedef {EventTarget & {observer: Observer | null}} Observed */
/**
 * @typedef {object} Observer sees events before the listeners do, and learns of new listeners; see `ui/running/catch-up.js`
 * @property {(emitter: Observed, type: string, detail: unknown) => void} onEvent
 * @property {(emitter: Observed, type: string, handler: Handler, options?: {signal?: AbortSignal, once?: boolean}) => void} onListener
 */

/** `Events` maps each name to its detail, `void` for none. @template {object} Events */
export class Emitter extends EventTarget {
  /** @type {Observer | null} */
  observer = null;

  /**
   * @template {keyof Events & string} Type
   * @param {Type} type @param {(detail: Events[Type]) => void} listener @param {{signal?: AbortSignal, once?: boolean}} [options]
   */
  on(type, listener, options) {
    const handler = (/** @type {Event} */ event) => listener(/** @type {CustomEvent} */ (event).detail);
    this.addEventListener(type, handler, options);
    this.observer?.onListener(this, type, handler, options);
  }

  /**
   * Calls listeners in the order they were added. An error in one is reported and does not stop the others.
   * @template {keyof Events & string} Type
   * @param {Type} type @param {Events[Type] extends void ? [] : [detail: Events[Type]]} detail
   */
  emit(type, ...[detail]) {
    this.observer?.onEvent(this, type, detail);
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
