/** The microphone and camera buttons. The page has several of each, with one state. */

/** @typedef {"microphone" | "camera"} Toggle */

/** @type {Map<string, {on: boolean, opening: boolean}>} */
const states = new Map();

/** @param {(which: Toggle) => void} pressed */
export function onToggle(pressed) {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("button[data-toggle]") : null;
    if (button instanceof HTMLButtonElement) pressed(/** @type {Toggle} */ (button.dataset.toggle));
  });
}

/** Shows what the person wants. @param {Toggle} which @param {boolean} on @param {boolean} [opening] the device is still being opened */
export function showToggle(which, on, opening = false) {
  states.set(which, { on, opening });
  showToggles(document);
}

/** Whether a person can see the button: a key must change nothing that no button shows. @param {Toggle} which @returns {boolean} */
export function isToggleShown(which) {
  return buttons(document).some((button) => {
    return button.dataset.toggle === which && !button.disabled && button.checkVisibility() && button.closest("[inert]") === null;
  });
}

/** Brings buttons up to date that were added. @param {ParentNode} root contains them */
export function showToggles(root) {
  for (const button of buttons(root)) {
    const state = states.get(button.dataset.toggle ?? "");
    if (state === undefined) continue;
    const { on, opening } = state;
    const { titleOn, titleOff, titleOpening } = button.dataset;
    button.setAttribute("aria-pressed", String(on));
    button.setAttribute("aria-busy", String(opening));
    button.title = (opening ? titleOpening : on ? titleOn : titleOff) ?? "";
  }
}

/** @param {ParentNode} root @returns {HTMLButtonElement[]} */
function buttons(root) {
  return [.../** @type {NodeListOf<HTMLButtonElement>} */ (root.querySelectorAll("button[data-toggle]"))];
}
