/** Events with names and details that the type checker knows. */

/** `Events` maps each name to its detail, `void` for none. @template {object} Events */
export class Emitter extends EventTarget {
  /**
   * @template {keyof Events & string} Type
   * @param {Type} type @param {(detail: Events[Type]) => void} listener @param {{signal?: AbortSignal, once?: boolean}} [options]
   */
  on(type, listener, options) {
    this.addEventListener(type, (event) => listener(/** @type {CustomEvent} */ (event).detail), options);
  }

  /**
   * Calls listeners in the order they were added. An error in one is reported and does not stop the others.
   * @template {keyof Events & string} Type
   * @param {Type} type @param {Events[Type] extends void ? [] : [detail: Events[Type]]} detail
   */
  emit(type, ...[detail]) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
