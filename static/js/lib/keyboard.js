/** What a press of a key means, on every keyboard layout and with every input method. */

/** Letters of other scripts, which some layouts write two at a time or as marks. */
const NOT_LATIN = /^(?!\p{Script=Latin})[\p{L}\p{M}\p{Cf}]+$/u;
const FULL_WIDTH = /^[Ａ-Ｚａ-ｚ]$/;

/**
 * Whether the key belongs to an input method that composes a character. Safari ends the composition before the key that
 * confirms it, which then has only the key code 229 (UI Events, section 7.3.1).
 * @param {KeyboardEvent} event
 */
export function isComposing({ isComposing: composing, keyCode }) {
  return composing || keyCode === 229;
}

/**
 * Names a key that is pressed without Ctrl, Alt, Meta or AltGr: "Enter", "Escape", "a". Shift changes `key` itself.
 * @param {KeyboardEvent} event @returns {string} empty for keys of an input method and with a modifier
 */
export function plainKey(event) {
  const { key, ctrlKey, altKey, metaKey } = event;
  return isComposing(event) || ctrlKey || altKey || metaKey || event.getModifierState("AltGraph") ? "" : key;
}

/**
 * Finds the letter of a shortcut: what a Latin layout writes (QWERTY, AZERTY, Dvorak), or else the letter that QWERTY has in
 * the place of the key, because Greek, Cyrillic or Hebrew keyboards have no Latin letters.
 * @param {KeyboardEvent} event @returns {string} a to z; empty if it is no letter, repeats, or has a modifier, Shift included
 */
export function shortcutLetter(event) {
  if (event.repeat || event.shiftKey) return "";
  const key = plainKey(event);
  const written = (FULL_WIDTH.test(key) ? key.normalize("NFKC") : key).toLowerCase();
  if (/^[a-z]$/.test(written)) return written;
  return (NOT_LATIN.test(key) && /^Key([A-Z])$/.exec(event.code)?.[1]?.toLowerCase()) || "";
}

/**
 * Keeps the key that confirms or cancels a composition from submitting a form or closing a dialog.
 * @param {Document} page @param {AbortSignal} [signal]
 */
export function guardCompositions(page, signal) {
  let composed = false;
  const options = { capture: true, signal };
  const forget = () => (composed = false);
  page.addEventListener("keydown", (event) => (composed = isComposing(event)), options);
  for (const type of ["keyup", "pointerdown", "focusin"]) page.addEventListener(type, forget, options);
  for (const type of ["submit", "cancel"]) {
    page.addEventListener(type, (event) => {
      if (!composed) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, options);
  }
}
