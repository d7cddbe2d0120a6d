/** Single-letter keys of the call. */

/**
 * Listens for single letters until the signal is aborted. Letters typed into a field or a dialog, or with a modifier, are not
 * ours (WCAG 2.1.4 wants that single keys never get in the way of typing or of speech input).
 * @param {Record<string, () => void>} keys lower-case letter → action
 * @param {AbortSignal} signal
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
