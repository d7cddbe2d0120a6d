/**
 * Takes controls over from `static/early.js`: until then they are disabled, or their presses are only kept.
 */

/** @typedef {HTMLButtonElement | HTMLInputElement} Control */

/**
 * Enables the controls inside an element, once something listens to them, and repeats the presses that were kept.
 * @param {ParentNode} root @param {() => void} [update] runs between the two; it may disable some again
 */
export function controlsReady(root, update) {
  for (const status of root.querySelectorAll("[data-early-status]")) status.textContent = "";
  enableControls(root.querySelectorAll("[data-early]"), update);
}

/** The same for some controls only. @param {Iterable<Element>} elements @param {() => void} [update] */
export function enableControls(elements, update) {
  const controls = /** @type {Control[]} */ ([...elements]);
  const pressed = controls.filter(({ dataset }) => "pressed" in dataset).sort((a, b) => orderOf(a) - orderOf(b));
  for (const control of controls) {
    control.disabled = false;
    delete control.dataset.early;
    delete control.dataset.pressed;
  }
  update?.();
  for (const control of pressed) control.click();
}

/** Whether a control still waits for `controlsReady`. @param {Control} control */
export function isEarly({ dataset }) {
  return "early" in dataset;
}

/** Whether the person has changed a field, so that no remembered value may replace it. @param {HTMLInputElement} field */
export function isEdited({ dataset }) {
  return "edited" in dataset;
}

/** Whether `early.js` found what the page needs. */
export function isSupported() {
  return document.documentElement.dataset.script !== "unsupported";
}

/** Hides what the page says while it loads: all its modules have run. */
export function pageReady() {
  if (!isSupported()) return;
  document.documentElement.dataset.ready = "";
  delete document.documentElement.dataset.script;
  for (const each of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-notice], [data-loading]"))) each.hidden = true;
}

/** @param {Control} control */
function orderOf({ dataset }) {
  return Number(dataset.pressed);
}
