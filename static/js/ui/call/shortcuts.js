
/**
 * Runs the action of a single letter. Ignores letters with a modifier and those typed into a field or a dialog: single keys
 * must not interfere with typing or speech input (WCAG 2.1.4).
 * @param {Record<string, () => void>} keys by lower-case letter @param {AbortSignal} signal
 */
export function listenForKeys(keys, signal) {
  const listener = (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.defaultPrevented) return;
    const target = event.target;
    if (target instanceof Element && target.closest("input, select, textarea, dialog, [contenteditable]")) return;
    const action = keys[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  };
  document.addEventListener("keydown", listener, { signal });
}
