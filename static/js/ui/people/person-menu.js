/**
 * What can be done about a person: one menu for their tile and for their row in the list of people.
 *
 * Parts of the call add their acts; a person for whom no act is offered has no menu.
 */

import { byId, find, fromTemplate, text } from "../lib/page.js";
import { setUpPopoverList } from "../lib/popover-list.js";

/** @import { Person } from "../../call/person.js" */
/** @import { CallSession } from "../../call/session.js" */

/**
 * @typedef {object} PersonAction
 * @property {string} id unique; the items stand in the order in which they were added
 * @property {string | ((person: Person) => string)} label translated; a function where it depends on the person's state
 * @property {string} [icon] in static/img/icons.svg
 * @property {boolean} [grave] whether it takes something from the person
 * @property {(person: Person) => boolean} shown whether it is offered for this person (oneself too: look at `self`)
 * @property {(pid: string) => void} run
 */

class PersonMenu {
  /** @type {Map<string, PersonAction>} */
  #acts = new Map();
  /** @type {CallSession | null} */
  #session = null;
  #tied = false;
  #pid = "";
  /** @type {HTMLElement | null} */
  #opener = null;

  /** Adds an act, until the signal is aborted. @param {PersonAction} act @param {AbortSignal} [signal] */
  addAction(act, signal) {
    this.#acts.set(act.id, act);
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll(".person-more[data-pid]"))) {
      const person = this.#person(button.dataset.pid);
      if (person) this.updateButton(button, person);
    }
    signal?.addEventListener("abort", () => this.#acts.get(act.id) === act && this.#acts.delete(act.id));
  }

  /** Serves the people of a call. @param {CallSession} session @param {AbortSignal} signal */
  followSession(session, signal) {
    this.#session = session;
    if (!this.#tied) this.#setUp();
    session.on("person-changed", ({ person }) => this.#changed(person), { signal });
    session.on("person-removed", ({ person }) => this.#changed(person), { signal });
    signal.addEventListener("abort", () => {
      this.#session = null;
      this.#menu.hidePopover();
    });
  }

  /**
   * Ties a button (`.person-more` of a template) to a person; hides it where there is nothing to do about them.
   * @param {HTMLButtonElement} button @param {Person} person
   */
  updateButton(button, person) {
    button.hidden = this.#offered(person).length === 0;
    button.dataset.pid = person.pid;
    button.setAttribute("aria-label", text("person.more", { name: person.name }));
  }

  get #menu() {
    return byId("person-menu", HTMLElement);
  }

  #setUp() {
    this.#tied = true;
    // Before the browser opens the menu, so that it opens filled.
    document.addEventListener("click", ({ target }) => {
      const opener = target instanceof Element ? target.closest(".person-more") : null;
      if (opener instanceof HTMLElement) this.#prepare(opener);
    });
    setUpPopoverList(this.#menu, () => this.#opener);
    // The list of people is made anew when something changes: then the button that opened the menu is another one now.
    this.#menu.addEventListener("toggle", (event) => {
      if (/** @type {ToggleEvent} */ (event).newState !== "closed" || this.#opener?.isConnected !== false) return;
      const place = this.#opener.dataset.place;
      const found = document.querySelector(`.person-more[data-place="${place}"][data-pid="${CSS.escape(this.#pid)}"]`);
      if (found instanceof HTMLElement && document.activeElement === document.body) found.focus();
    });
  }

  /** @param {HTMLElement} opener */
  #prepare(opener) {
    this.#opener = opener;
    this.#pid = opener.dataset.pid ?? "";
    const person = this.#person();
    if (person) this.#fill(person);
  }

  #person(pid = this.#pid) {
    const session = this.#session;
    return session?.self.pid === pid ? session.self : session?.people.get(pid);
  }

  /** @param {Person} person */
  #offered(person) {
    return [...this.#acts.values()].filter((act) => act.shown(person));
  }

  /** @param {Person} person */
  #changed(person) {
    if (person.pid !== this.#pid || !this.#menu.matches(":popover-open")) return;
    const known = this.#person();
    if (!known || this.#offered(known).length === 0) return this.#menu.hidePopover();
    const before = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.personAct : undefined;
    this.#fill(known);
    const again = before && this.#menu.querySelector(`[data-person-act="${before}"]`);
    if (again instanceof HTMLElement) again.focus();
  }

  /** @param {Person} person */
  #fill(person) {
    find(this.#menu, ".menu__title", HTMLElement).textContent = person.name;
    find(this.#menu, ".menu__list", HTMLElement).replaceChildren(...this.#offered(person).map((act) => this.#item(act, person)));
  }

  /** @param {PersonAction} act @param {Person} person */
  #item({ id, label, icon, grave = false, run }, person) {
    const button = find(fromTemplate("menu-item-template"), "button", HTMLButtonElement);
    const drawing = find(button, "use", SVGUseElement);
    button.dataset.personAct = id;
    button.classList.toggle("menu__item--danger", grave);
    find(button, ".menu__label", HTMLElement).textContent = typeof label === "string" ? label : label(person);
    if (icon) drawing.setAttribute("href", `${drawing.getAttribute("href")}#${icon}`);
    else drawing.removeAttribute("href");
    button.addEventListener("click", () => run(person.pid));
    return button;
  }
}

/** The one of the page. */
export const personMenu = new PersonMenu();
