/**
 * Native popovers that list buttons, with arrow keys. The browser opens them (`popovertarget`), announces them, closes them on
 * Escape and on a click elsewhere, and restores the focus.
 */

import { plainKey } from "../../lib/keyboard.js";

const GAP = 8;

/** @param {HTMLElement} popover @param {() => HTMLElement | null} opener the element to open beside */
export function setUpPopoverList(popover, opener) {
  popover.addEventListener("beforetoggle", (event) => {
    const beside = /** @type {ToggleEvent} */ (event).newState === "open" ? opener() : null;
    if (beside === null) return;
    place(popover, beside);
    // `autofocus` moves the focus while the list opens, so that fast typing reaches the list.
    for (const button of popover.querySelectorAll("button")) button.autofocus = false;
    const first = popover.querySelector("button:not([hidden], :disabled)");
    if (first instanceof HTMLButtonElement) first.autofocus = true;
  });
  popover.addEventListener("keydown", (event) => walk(popover, event));
  // A phone that is turned must not leave the list outside its screen.
  addEventListener("resize", () => {
    const beside = popover.matches(":popover-open") ? opener() : null;
    if (beside) requestAnimationFrame(() => place(popover, beside));
  });
  // Before the action of the button: the focus returns to the opener, and a dialog that the button opens restores it there.
  const close = (/** @type {Event} */ { target }) => target instanceof Element && target.closest('button:not([aria-disabled="true"])') && popover.hidePopover();
  popover.addEventListener("click", close, { capture: true });
}

/** The width comes from `data-width`, in rem, so that the list need not be shown to be measured. @param {HTMLElement} popover @param {HTMLElement} beside */
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
  if (event.target instanceof HTMLInputElement) return;
  const buttons = buttonsOf(popover);
  const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  /** @type {Record<string, number>} */
  const steps = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: -1 };
  const step = steps[plainKey(event)];
  if (step === undefined || buttons.length === 0) return;
  event.preventDefault();
  buttons.at(step % buttons.length)?.focus();
}

/** @param {HTMLElement} popover @returns {HTMLButtonElement[]} visible and enabled */
function buttonsOf(popover) {
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (popover.querySelectorAll("button:not(:disabled)"));
  return [...buttons].filter((button) => button.checkVisibility());
}
