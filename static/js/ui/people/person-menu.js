/**
 * The menu of actions on a person, opened from their tile and from the list of people. Parts of the call add the actions; a
 * person without actions has no menu.
 */

import { byId, find, fromTemplate, text } from "../lib/page.js";
import { setUpPopoverList } from "../lib/popover-list.js";

/** @import { Person } from "../../call/person.js" */
/** @import { CallSession } from "../../call/session.js" */

/**
 * @typedef {object} PersonAction
 * @property {string} id unique; the menu keeps the order in which actions were added
 * @property {string | ((person: Person) => string)} label translated; a function if it depends on the person
 * @property {string} [icon] in static/img/icons.svg
 * @property {boolean} [destructive] shown as dangerous
 * @property {(person: Person) => boolean} shown whether to offer it for a person, who can be `self`
 * @property {(pid: string) => void} run
 */

class PersonMenu {
  /** @type {Map<string, PersonAction>} */
  #actions = new Map();
  /** @type {CallSession | null} */
  #session = null;
  #isSetUp = false;
  #pid = "";
  /** Those in the open menu: they keep their places. @type {PersonAction[]} */
  #offered = [];
  /** @type {HTMLElement | null} */
  #opener = null;

  /** @param {PersonAction} action @param {AbortSignal} [signal] */
  addAction(action, signal) {
    this.#actions.set(action.id, action);
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll(".person-more[data-pid]"))) {
      const person = this.#findPerson(button.dataset.pid);
      if (person) this.updateButton(button, person);
    }
    signal?.addEventListener("abort", () => this.#actions.get(action.id) === action && this.#actions.delete(action.id));
  }

  /** @param {CallSession} session @param {AbortSignal} signal */
  followSession(session, signal) {
    this.#session = session;
    if (!this.#isSetUp) this.#setUp();
    session.on("person-changed", ({ person }) => this.#onPersonChanged(person), { signal });
    session.on("person-removed", ({ person }) => this.#onPersonChanged(person), { signal });
    signal.addEventListener("abort", () => {
      this.#session = null;
      this.#menu.hidePopover();
    });
  }

  /** Links a `.person-more` button to a person; hides it if there are no actions. @param {HTMLButtonElement} button @param {Person} person */
  updateButton(button, person) {
    button.hidden = this.#actionsFor(person).length === 0;
    button.dataset.pid = person.pid;
    button.title = text("person.more", { name: person.name });
    button.setAttribute("aria-label", button.title);
  }

  /** The person whose menu is open, or was last. */
  get pid() {
    return this.#pid;
  }

  get #menu() {
    return byId("person-menu", HTMLElement);
  }

  #setUp() {
    this.#isSetUp = true;
    // Fills the menu before the browser opens it.
    document.addEventListener("click", ({ target }) => {
      const opener = target instanceof Element ? target.closest(".person-more") : null;
      if (opener instanceof HTMLElement) this.#prepareFor(opener);
    });
    setUpPopoverList(this.#menu, () => this.#opener);
    // A change rebuilds the list of people: the focus goes to the button that replaces the opener.
    this.#menu.addEventListener("toggle", (event) => {
      if (/** @type {ToggleEvent} */ (event).newState !== "closed" || this.#opener?.isConnected !== false) return;
      const place = this.#opener.dataset.place;
      const found = document.querySelector(`.person-more[data-place="${place}"][data-pid="${CSS.escape(this.#pid)}"]`);
      if (found instanceof HTMLElement && document.activeElement === document.body) found.focus();
    });
  }

  /** @param {HTMLElement} opener */
  #prepareFor(opener) {
    this.#opener = opener;
    this.#pid = opener.dataset.pid ?? "";
    const person = this.#findPerson();
    if (person) this.#showActions(person);
  }

  #findPerson(pid = this.#pid) {
    const session = this.#session;
    return session?.self.pid === pid ? session.self : session?.people.get(pid);
  }

  /** @param {Person} person */
  #actionsFor(person) {
    return [...this.#actions.values()].filter((action) => action.shown(person));
  }

  /** @param {Person} person */
  #onPersonChanged(person) {
    if (person.pid !== this.#pid || !this.#menu.matches(":popover-open")) return;
    const known = this.#findPerson();
    if (!known || this.#actionsFor(known).length === 0) return this.#menu.hidePopover();
    for (const action of this.#offered) {
      const item = this.#menu.querySelector(`[data-person-action="${action.id}"]`);
      if (item instanceof HTMLButtonElement) fillItem(item, action, known);
    }
  }

  /** @param {Person} person */
  #showActions(person) {
    find(this.#menu, ".menu__title", HTMLElement).textContent = person.name;
    this.#offered = this.#actionsFor(person);
    find(this.#menu, ".menu__list", HTMLElement).replaceChildren(...this.#offered.map((action) => this.#createItem(action, person)));
  }

  /** @param {PersonAction} action @param {Person} person */
  #createItem(action, person) {
    const { id, icon, destructive = false, run } = action;
    const button = find(fromTemplate("menu-item-template"), "button", HTMLButtonElement);
    const drawing = find(button, "use", SVGUseElement);
    button.dataset.personAction = id;
    button.classList.toggle("menu__item--danger", destructive);
    fillItem(button, action, person);
    if (icon) drawing.setAttribute("href", `${drawing.getAttribute("href")}#${icon}`);
    else drawing.removeAttribute("href");
    button.addEventListener("click", () => button.ariaDisabled !== "true" && run(person.pid));
    return button;
  }
}

/** An action that is no longer offered stays where it is, so that none moves under a press. @param {HTMLButtonElement} item @param {PersonAction} action @param {Person} person */
function fillItem(item, { label, shown }, person) {
  const [before, now] = [find(item, ".menu__label", HTMLElement), typeof label === "string" ? label : label(person)];
  if (before.textContent !== now) before.textContent = now;
  item.setAttribute("aria-disabled", String(!shown(person)));
}

export const personMenu = new PersonMenu();
