/** Events with names and details that the type checker knows. */

/**
 * An event target whose events are typed: `Events` maps each name to its detail, `void` for none.
 * @template {object} Events
 */
export class Emitter extends EventTarget {
  /**
   * Calls a listener with the detail of every such event.
   * @template {keyof Events & string} Type
   * @param {Type} type
   * @param {(detail: Events[Type]) => void} listener
   * @param {{signal?: AbortSignal, once?: boolean}} [options]
   */
  on(type, listener, options) {
    this.addEventListener(type, (event) => listener(/** @type {CustomEvent} */ (event).detail), options);
  }

  /**
   * Calls the listeners, in the order in which they were added. What one of them throws is reported and stops no other.
   * @template {keyof Events & string} Type
   * @param {Type} type
   * @param {Events[Type] extends void ? [] : [detail: Events[Type]]} detail
   */
  emit(type, ...[detail]) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
