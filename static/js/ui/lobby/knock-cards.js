/** The cards of people who knock, with buttons to admit and to deny: on the call page and on other pages of a host's browser. */

import { isElement } from "../../lib/element-type.js";
import { Emitter } from "../../lib/emitter.js";
import { say } from "../lib/announcer.js";
import { byId, find, fromTemplate } from "../lib/page.js";

/** @import { Knock } from "../../call/lobby-host.js" */

/**
 * @typedef {object} KnockCardsEvents
 * @property {{member: string, admitted: boolean}} answer the host pressed one of the two buttons
 */

/** A press within this time was meant for what was there before. */
const SETTLE_MS = 600;

/** @extends {Emitter<KnockCardsEvents>} */
export class KnockCards extends Emitter {
  #container;
  #quiet;
  /** @type {WeakMap<HTMLElement, ReturnType<typeof setTimeout>>} */
  #settling = new WeakMap();

  /** @param {AbortSignal} [signal] @param {{container?: HTMLElement, quiet?: boolean}} [options] quiet: other cards are announced already */
  constructor(signal, { container = byId("knocks", HTMLElement), quiet = false } = {}) {
    super();
    this.#container = container;
    this.#quiet = quiet;
    this.#container.addEventListener("click", ({ target }) => this.#onPress(target), { signal });
    signal?.addEventListener("abort", () => this.showKnocks([]));
  }

  /** @param {(Knock & {room?: string})[]} knocks room: its name, on pages outside the room */
  showKnocks(knocks) {
    const cards = new Map(this.#cards.map((card) => [card.dataset.member, card]));
    const places = new Map(this.#cards.map((card) => [card, placeOf(card)]));
    for (const knock of knocks) {
      const known = cards.get(knock.member);
      const card = known ?? this.#createCard(knock.member);
      cards.delete(knock.member);
      const changed = card.dataset.problem !== (knock.problem ?? "");
      fillCard(card, knock);
      if (!this.#quiet && (!known || (changed && knock.problem))) say(find(card, ".knock__text", HTMLElement).innerText, "assertive");
    }
    for (const card of cards.values()) card.remove();
    this.#container.hidden = knocks.length === 0;
    for (const card of this.#cards) if (placeOf(card) !== places.get(card)) this.#settle(card);
  }

  get #cards() {
    return /** @type {HTMLElement[]} */ ([...this.#container.children]);
  }

  /** A card that has come or moved may be under a finger that meant another: it takes no presses for a moment. @param {HTMLElement} card */
  #settle(card) {
    clearTimeout(this.#settling.get(card));
    card.dataset.settling = "";
    this.#settling.set(card, setTimeout(() => delete card.dataset.settling, SETTLE_MS));
  }

  /** @param {string} member */
  #createCard(member) {
    const card = find(fromTemplate("knock-template"), ".knock", HTMLElement);
    card.dataset.member = member;
    this.#container.hidden = false;
    this.#container.append(card);
    return card;
  }

  /** @param {EventTarget | null} target */
  #onPress(target) {
    const button = isElement(target, Element) ? target.closest("button") : null;
    const member = /** @type {HTMLElement | null} */ (button?.closest(".knock"))?.dataset.member;
    if (!button || member === undefined) return;
    const admitted = button.dataset.answer === "admit";
    this.emit("answer", { member, admitted });
  }
}

/** @param {HTMLElement} card */
function placeOf(card) {
  const { left, top } = card.getBoundingClientRect();
  return `${left} ${top}`;
}

/** @param {HTMLElement} card @param {Knock & {room?: string}} knock */
function fillCard(card, { name, problem, room = "" }) {
  card.dataset.problem = problem ?? "";
  find(card, ".knock__name", HTMLElement).textContent = name;
  find(card, ".knock__room", HTMLElement).textContent = room;
  for (const note of /** @type {NodeListOf<HTMLElement>} */ (card.querySelectorAll("[data-problem]"))) note.hidden = note.dataset.problem !== problem;
  find(card, "[data-answer=admit]", HTMLButtonElement).disabled = problem === "unproved" || problem === "keyless";
}
