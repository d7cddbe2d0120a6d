/** The cards of the dashboard: their order, the search, and new ones from the server when the rooms have changed. */

import { requestJoinByLink } from "./join-link.js";
import { say } from "../lib/announcer.js";
import { localize, pluralForm } from "../lib/formats.js";
import { byId, find, part, textsOf } from "../lib/page.js";
import { compareRooms, matches } from "./room-order.js";

/** @import { KnockAtRoom, RoomView } from "../../call/rooms-watch.js" */

/** Fewer rooms fit on a page. */
const SEARCH_FROM = 9;
const SAY_AFTER_MS = 600;
/** A card that has moved takes no presses for so long: the press was meant for another. */
const SETTLE_MS = 600;
const RELOAD_MS = 300;

export class RoomList {
  #root = byId("rooms", HTMLElement);
  #search = byId("room-search", HTMLElement);
  #field = find(this.#search, "input", HTMLInputElement);
  #words = textsOf(byId("room-watch", HTMLElement));
  /** @type {Map<string, RoomView>} */
  #views = new Map();
  /** @type {Map<string, number>} by slug */
  #knocks = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #saying;
  #loading = false;
  #pressed = false;

  constructor() {
    this.#field.addEventListener("input", () => this.#onSearch());
    this.#search.addEventListener("submit", (event) => event.preventDefault());
    this.#root.addEventListener("click", requestJoinByLink);
    for (const type of ["pointerleave", "focusout"]) this.#root.addEventListener(type, () => setTimeout(() => this.#arrange()));
    addEventListener("pointerdown", () => (this.#pressed = true), { capture: true });
    for (const type of ["pointerup", "pointercancel"]) addEventListener(type, () => (this.#pressed = false), { capture: true });
    this.#prepare();
  }

  /** @param {string} slug */
  nameOf(slug) {
    return this.#cards.find((card) => card.dataset.slug === slug)?.dataset.name ?? "";
  }

  /** @param {RoomView} view */
  showInside(view) {
    this.#views.set(view.slug, view);
    this.#arrange();
  }

  /** @param {KnockAtRoom[]} knocks */
  showKnocks(knocks) {
    this.#knocks = new Map();
    for (const { slug } of knocks) this.#knocks.set(slug, (this.#knocks.get(slug) ?? 0) + 1);
    this.#showKnockCounts();
    this.#arrange();
  }

  /** Takes the cards from the server again if they are not those of this stamp. @param {string} stamp @returns {Promise<boolean>} whether it did */
  async refresh(stamp) {
    if (stamp === this.#root.dataset.stamp || this.#loading) return false;
    this.#loading = true;
    const fresh = await loadPage();
    // Not under a finger, and not under a form that is being sent.
    while (this.#pressed) await new Promise((resolve) => setTimeout(resolve, RELOAD_MS));
    this.#loading = false;
    if (!fresh) return false;
    const focused = this.#root.contains(document.activeElement) ? document.activeElement : null;
    const mark = focused?.getAttribute("href") ?? focused?.getAttribute("value");
    for (const id of ["rooms-head", "rooms"]) {
      const [old, now] = [byId(id, HTMLElement), find(fresh, `#${id}`, HTMLElement)];
      old.replaceChildren(...now.childNodes);
      Object.assign(old.dataset, now.dataset);
    }
    this.#prepare();
    if (mark && focused) [...this.#root.querySelectorAll(focused.tagName)].find((one) => isSame(one, mark))?.focus();
    return true;
  }

  /** @returns {HTMLElement[]} */
  get #cards() {
    return /** @type {HTMLElement[]} */ ([...this.#root.querySelectorAll(".room-card")]);
  }

  #prepare() {
    localize(this.#root);
    this.#search.hidden = this.#cards.length < SEARCH_FROM && this.#field.value === "";
    this.#showKnockCounts();
    this.#filter();
    this.#arrange();
  }

  #showKnockCounts() {
    for (const card of this.#cards) {
      const count = this.#knocks.get(card.dataset.slug ?? "") ?? 0;
      const badge = part(card, "knocks");
      badge.hidden = count === 0;
      badge.textContent = count === 0 ? "" : this.#words(`knocks.${pluralForm(count)}`, { count });
    }
  }

  /** Sorts each list, unless the person is about to press something in it. */
  #arrange() {
    for (const list of /** @type {NodeListOf<HTMLElement>} */ (this.#root.querySelectorAll(".room-cards"))) {
      if (list.matches(":hover") || list.contains(document.activeElement)) continue;
      const cards = /** @type {HTMLElement[]} */ ([...list.children]);
      const sorted = [...cards].sort((one, other) => compareRooms(this.#order(one), this.#order(other)));
      if (sorted.every((card, at) => card === cards[at])) continue;
      list.replaceChildren(...sorted);
      list.dataset.settling = "";
      setTimeout(() => delete list.dataset.settling, SETTLE_MS);
    }
  }

  /** @param {HTMLElement} card */
  #order({ dataset: { slug = "", count, unavailable, lastUsed, created } }) {
    const inside = this.#views.get(slug)?.inside ?? Number(count);
    const knocks = this.#knocks.get(slug) ?? 0;
    return { inside, knocks, open: unavailable === undefined, lastUsed: Number(lastUsed), created: Number(created) };
  }

  #onSearch() {
    const found = this.#filter();
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => say(found === 0 ? this.#words("search.none") : this.#words(`search.${pluralForm(found)}`, { count: found })), SAY_AFTER_MS);
  }

  #filter() {
    const query = this.#field.value;
    let found = 0;
    for (const card of this.#cards) {
      card.hidden = !matches(query, `${card.dataset.name} ${card.dataset.owner}`);
      if (!card.hidden) found += 1;
    }
    for (const section of /** @type {NodeListOf<HTMLElement>} */ (this.#root.querySelectorAll("[data-section]"))) {
      section.hidden = !section.querySelector(".room-card:not([hidden])");
    }
    part(this.#search, "nothing").hidden = found > 0 || query === "";
    return found;
  }
}

/** @param {Element} element @param {string} mark @returns {element is HTMLElement} */
function isSame(element, mark) {
  return element instanceof HTMLElement && (element.getAttribute("href") ?? element.getAttribute("value")) === mark;
}

/** Loads this page again, without showing it. @returns {Promise<Document | null>} null: no answer, or another page (signed out) */
function loadPage() {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("GET", location.pathname);
    request.responseType = "document";
    request.onloadend = () => {
      const page = request.status === 200 ? request.responseXML : null;
      resolve(page?.getElementById("rooms") ? page : null);
    };
    request.send();
  });
}
