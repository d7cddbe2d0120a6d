/** The microphone and camera buttons. The page has several of each, with one state. */

/** @typedef {"microphone" | "camera"} Toggle */

/** @param {(which: Toggle) => void} pressed */
export function onToggle(pressed) {
  for (const button of buttons()) {
    button.addEventListener("click", () => pressed(/** @type {Toggle} */ (button.dataset.toggle)));
  }
}

/** @param {Toggle} which @param {boolean} on */
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
