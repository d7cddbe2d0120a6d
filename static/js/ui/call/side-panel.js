/**
 * The panels beside the call: one is open at a time. Opening one moves the focus into it, unless the person did not ask for
 * it; Escape and its close button close it, and the focus returns to what opened it.
 */

import { Emitter } from "../../lib/emitter.js";
import { plainKey } from "../../lib/keyboard.js";
import { byId, find } from "../lib/page.js";

/** @typedef {"people" | "chat" | "files"} PanelName the id of the panel */

/**
 * @typedef {object} SidePanelsEvents
 * @property {{panel: PanelName, open: boolean}} changed after the panel was shown or hidden, and before the focus moves
 */

/** @extends {Emitter<SidePanelsEvents>} */
class SidePanels extends Emitter {
  #isSetUp = false;
  /** @type {HTMLElement | null} */
  #opener = null;

  /** Once a page: buttons of the toolbar toggle their panel. */
  setUp() {
    if (this.#isSetUp) return;
    this.#isSetUp = true;
    for (const panel of this.#panels) {
      const name = /** @type {PanelName} */ (panel.id);
      for (const button of toolsOf(panel)) button.addEventListener("click", () => this.toggle(name));
      find(panel, "[data-panel=close]", HTMLButtonElement).addEventListener("click", () => this.close(name));
    }
    document.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** @param {PanelName} name */
  toggle(name) {
    if (this.isOpen(name)) this.close(name);
    else this.open(name);
  }

  /** @param {PanelName} name @param {{focus?: boolean}} [options] focus: false if the person did not ask for the panel */
  open(name, { focus = true } = {}) {
    const panel = byId(name, HTMLElement);
    if (panel.hidden) {
      this.closeAll();
      const active = document.activeElement;
      this.#opener = active instanceof HTMLElement && active !== document.body ? active : null;
      this.#show(panel, true);
    }
    if (focus) find(panel, "[data-panel=focus]", HTMLElement).focus();
  }

  /** @param {PanelName} name */
  close(name) {
    const panel = byId(name, HTMLElement);
    if (panel.hidden) return;
    const active = document.activeElement;
    // A focus that has moved on, to the microphone for instance, stays there.
    const restore = active === null || active === document.body || panel.contains(active);
    this.#show(panel, false);
    if (restore) [this.#opener, ...toolsOf(panel), byId("more", HTMLElement)].find((one) => one?.checkVisibility())?.focus();
    this.#opener = null;
  }

  /** @returns {PanelName | null} the open one */
  get current() {
    return /** @type {PanelName | undefined} */ (this.#panels.find((panel) => !panel.hidden)?.id) ?? null;
  }

  /** Without moving the focus. */
  closeAll() {
    for (const panel of this.#panels) this.#show(panel, false);
  }

  /** @param {PanelName} name */
  isOpen(name) {
    return !byId(name, HTMLElement).hidden;
  }

  get #panels() {
    return [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".stage__body > aside"))];
  }

  /** @param {HTMLElement} panel @param {boolean} open */
  #show(panel, open) {
    if (panel.hidden !== open) return;
    panel.hidden = !open;
    for (const button of toolsOf(panel)) button.setAttribute("aria-expanded", String(open));
    this.emit("changed", { panel: /** @type {PanelName} */ (panel.id), open });
  }

  /** Escape belongs to the innermost thing: an input method, a menu, a dialog, and only then the panel. @param {KeyboardEvent} event */
  #onKey(event) {
    if (plainKey(event) !== "Escape" || event.defaultPrevented || document.querySelector(":popover-open, dialog[open]")) return;
    if (this.current !== null) this.close(this.current);
  }
}

/** @param {HTMLElement} panel @returns {HTMLElement[]} the buttons of the toolbar, or of its menu, that toggle the panel */
function toolsOf(panel) {
  return [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`.tool[aria-controls="${CSS.escape(panel.id)}"]`))];
}

export const sidePanels = new SidePanels();
