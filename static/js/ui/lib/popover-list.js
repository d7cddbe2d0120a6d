/**
 * Native popovers that list buttons: opened beside what opens them, walked by arrow keys.
 *
 * The browser itself opens them (`popovertarget`), says so to screen readers, closes them on Escape and on a press elsewhere,
 * and brings the focus back.
 */

const GAP = 8;

/**
 * Makes a popover a list that can be walked through. A press on one of its buttons closes it.
 * @param {HTMLElement} popover
 * @param {() => HTMLElement | null} opener what it opens beside, at that moment
 */
export function setUpPopoverList(popover, opener) {
  popover.addEventListener("beforetoggle", (event) => {
    const beside = /** @type {ToggleEvent} */ (event).newState === "open" ? opener() : null;
    if (beside === null) return;
    place(popover, beside);
    // The browser moves the focus there as it opens the list: whoever types fast types into the list.
    for (const button of popover.querySelectorAll("button")) button.autofocus = false;
    const first = popover.querySelector("button:not([hidden], :disabled)");
    if (first instanceof HTMLButtonElement) first.autofocus = true;
  });
  popover.addEventListener("keydown", (event) => walk(popover, event));
  // Before the button acts: the focus goes back to the opener, from where a dialog that the button opens takes it on.
  const close = (/** @type {Event} */ { target }) => target instanceof Element && target.closest("button") && popover.hidePopover();
  popover.addEventListener("click", close, { capture: true });
}

/**
 * Says where the list goes; its width is the style sheet's, in rem, so that nothing has to be shown before it is placed.
 * @param {HTMLElement} popover @param {HTMLElement} beside
 */
function place(popover, beside) {
  const { innerWidth, innerHeight } = globalThis;
  const { left, right, top, bottom } = beside.getBoundingClientRect();
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const width = Math.min(Number(popover.dataset.width ?? 16) * rem, innerWidth - 2 * GAP);
  const above = top > innerHeight - bottom;
  const style = popover.style;
  style.setProperty("inline-size", `${width}px`);
  style.setProperty("left", `${Math.max(GAP, Math.min((left + right - width) / 2, innerWidth - width - GAP))}px`);
  style.setProperty("top", above ? "auto" : `${bottom + GAP}px`);
  style.setProperty("bottom", above ? `${innerHeight - top + GAP}px` : "auto");
  style.setProperty("max-block-size", `${(above ? top : innerHeight - bottom) - 2 * GAP}px`);
}

/** @param {HTMLElement} popover @param {KeyboardEvent} event */
function walk(popover, event) {
  const buttons = buttonsOf(popover);
  const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  /** @type {Record<string, number>} */
  const steps = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: -1 };
  const step = steps[event.key];
  if (step === undefined || buttons.length === 0) return;
  event.preventDefault();
  buttons.at(step % buttons.length)?.focus();
}

/** @param {HTMLElement} popover @returns {HTMLButtonElement[]} those that can be pressed now */
function buttonsOf(popover) {
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (popover.querySelectorAll("button:not(:disabled)"));
  return [...buttons].filter((button) => button.checkVisibility());
}
