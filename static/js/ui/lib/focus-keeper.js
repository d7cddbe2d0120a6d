/**
 * Where the focus goes when its element is removed, hidden or disabled: to the heading of the nearest panel, dialog or section that is
 * still there, instead of to the top of the page.
 */

import { isElement } from "../../lib/element-type.js";

/** @param {Document} page @param {AbortSignal} [signal] */
export function keepFocus(page, signal) {
  /** The focused element and its ancestors. @type {Element[]} */
  let path = [];
  const options = { capture: true, signal };
  page.addEventListener("focusin", ({ target }) => (path = ancestorsOf(target)), options);
  // A click beside all controls takes the focus away on purpose.
  page.addEventListener("pointerdown", () => (path = []), options);
  let due = false;
  // In the next frame: asking what is shown at any other time makes the browser work out the style of the page twice.
  const observer = new MutationObserver(() => {
    if (!due) page.defaultView?.requestAnimationFrame(check);
    due = true;
  });
  function check() {
    due = false;
    const [focused] = path;
    if (!focused || ![focused, page.body, null].includes(page.activeElement)) return;
    if (isShown(focused)) {
      // A button that is disabled while it works gets the focus back afterwards.
      if (!focused.matches(":disabled")) return page.activeElement === focused ? undefined : focus(focused);
      if (focused.ariaBusy === "true") return;
    }
    const home = path.map(homeOf).find((one) => one !== null && isShown(one));
    path = [];
    focus(home ?? [...page.querySelectorAll("h1")].find(isShown) ?? page.querySelector("main"));
  }
  observer.observe(page, { subtree: true, childList: true, attributeFilter: ["hidden", "open", "disabled", "aria-busy"] });
  signal?.addEventListener("abort", () => observer.disconnect());
}

/** Disables a button while it works, for the keeper of its focus. @param {HTMLButtonElement} button @param {boolean} working */
export function setWorking(button, working) {
  button.ariaBusy = working ? "true" : null;
  button.disabled = working;
}

/** @param {EventTarget | null} target @returns {Element[]} */
function ancestorsOf(target) {
  const path = [];
  for (let element = isElement(target, Element) ? target : null; element; element = element.parentElement) path.push(element);
  return path;
}

/**
 * Finds the heading of a section: a selector in `data-focus-home` (empty: the section itself), or what `aria-labelledby` names.
 * @param {Element} section @returns {HTMLElement | null}
 */
function homeOf(section) {
  if (!isElement(section, HTMLElement) || !isShown(section)) return null;
  const { focusHome } = section.dataset;
  if (focusHome === "") return section;
  const home = focusHome ? section.querySelector(focusHome) : section.ownerDocument.getElementById(section.getAttribute("aria-labelledby") ?? "");
  return isElement(home, HTMLElement) ? home : null;
}

/** @param {Element} element */
function isShown(element) {
  return element.isConnected && element.checkVisibility({ visibilityProperty: true }) && !element.closest("[inert]");
}

/** @param {Element | null} element */
function focus(element) {
  if (!isElement(element, HTMLElement)) return;
  if (element.tabIndex < 0) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}
