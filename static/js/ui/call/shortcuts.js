import { shortcutLetter } from "../../lib/keyboard.js";

/**
 * Runs the action of a single letter. Ignores letters that are typed into a field or a dialog: single keys must not interfere
 * with typing or speech input (WCAG 2.1.4).
 * @param {Record<string, () => unknown>} keys by lower-case letter @param {AbortSignal} [signal]
 */
export function listenForKeys(keys, signal) {
  const listener = (/** @type {KeyboardEvent} */ event) => {
    if (event.defaultPrevented) return;
    const target = event.target;
    // A dialog that was just closed keeps the focus until the next frame.
    const isTyping = target instanceof Element && target.closest("input, select, textarea, dialog, [contenteditable]") !== null;
    if (isTyping && target.checkVisibility?.() !== false) return;
    const action = keys[shortcutLetter(event)];
    if (!action) return;
    event.preventDefault();
    action();
  };
  document.addEventListener("keydown", listener, { signal });
}
