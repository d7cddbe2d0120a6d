/** The microphone and camera buttons: several on the page, one state each. */

/** @typedef {"microphone" | "camera"} Toggle */

/** Calls back when a toggle of the page is pressed. @param {(which: Toggle) => void} pressed */
export function onToggle(pressed) {
  for (const button of buttons()) {
    button.addEventListener("click", () => pressed(/** @type {Toggle} */ (button.dataset.toggle)));
  }
}

/** Shows a toggle on or off, everywhere. @param {Toggle} which @param {boolean} on */
export function showToggle(which, on) {
  for (const button of buttons()) {
    if (button.dataset.toggle !== which) continue;
    button.setAttribute("aria-pressed", String(on));
    button.title = (on ? button.dataset.titleOn : button.dataset.titleOff) ?? "";
  }
}

function buttons() {
  return /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-toggle]"));
}
