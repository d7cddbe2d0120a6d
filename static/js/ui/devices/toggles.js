/** The microphone and camera buttons. The page has several of each, with one state. */

/** @typedef {"microphone" | "camera"} Toggle */

/** @param {(which: Toggle) => void} pressed */
export function onToggle(pressed) {
  for (const button of buttons()) {
    button.addEventListener("click", () => pressed(/** @type {Toggle} */ (button.dataset.toggle)));
  }
}

/** Shows what the person wants. @param {Toggle} which @param {boolean} on @param {boolean} [opening] the device is still being opened */
export function showToggle(which, on, opening = false) {
  for (const button of buttons()) {
    if (button.dataset.toggle !== which) continue;
    const { titleOn, titleOff, titleOpening } = button.dataset;
    button.setAttribute("aria-pressed", String(on));
    button.setAttribute("aria-busy", String(opening));
    button.title = (opening ? titleOpening : on ? titleOn : titleOff) ?? "";
  }
}

function buttons() {
  return /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-toggle]"));
}
