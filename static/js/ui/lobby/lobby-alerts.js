/**
 * How a host hears of those who knock: a sound, a card, a number on the page's title and on the list of people, a
 * notification where it is allowed; and the same cards in the other tabs of this browser.
 *
 * @module
 */

import { Chime } from "../../media/playback/chime.js";
import { byId, text } from "../lib/page.js";
import { KnockCards } from "./knock-cards.js";
import { DoorRelay } from "../../call/lobby-broadcast.js";

/** @typedef {import("../../call/lobby-host.js").DoorKeeper} DoorKeeper */
/** @typedef {import("../../call/lobby-host.js").Knock} Knock */

export class DoorBell {
  #keeper;
  #chime = new Chime();
  #cards;
  #relay;
  #badge = byId("knock-count", HTMLElement);
  #title = document.title;
  #roomName;
  /** @type {Map<string, Notification>} by member */
  #notes = new Map();

  /**
   * @param {DoorKeeper} keeper
   * @param {{slug: string, roomName: () => string, signal: AbortSignal}} options signal: ends it
   */
  constructor(keeper, { slug, roomName, signal }) {
    this.#keeper = keeper;
    this.#roomName = roomName;
    this.#cards = new KnockCards(signal);
    this.#relay = new DoorRelay({ slug, signal });
    keeper.on("changed", ({ came }) => this.#show(came), { signal });
    this.#cards.on("answer", (answer) => this.#answer(answer), { signal });
    this.#relay.on("answer", (answer) => this.#answer(answer), { signal });
    this.#relay.on("asked", () => this.#relay.tell(this.#roomName(), keeper.knocks), { signal });
    signal.addEventListener("abort", () => {
      this.#mark([]);
      this.#chime.close();
    });
  }

  /** @param {{member: string, admitted: boolean}} answer */
  #answer({ member, admitted }) {
    if (admitted) void this.#keeper.admit(member);
    else this.#keeper.deny(member);
  }

  /** @param {boolean} came */
  #show(came) {
    const { knocks } = this.#keeper;
    this.#cards.show(knocks);
    this.#mark(knocks);
    this.#relay.tell(this.#roomName(), knocks);
    if (came) this.#ring(/** @type {Knock} */ (knocks.at(-1)));
  }

  /** @param {Knock[]} knocks */
  #mark(knocks) {
    this.#badge.hidden = knocks.length === 0;
    this.#badge.textContent = String(knocks.length);
    document.title = knocks.length ? text("knocks.title", { count: knocks.length, title: this.#title }) : this.#title;
    const here = new Set(knocks.map(({ member }) => member));
    for (const [member, note] of this.#notes) {
      if (here.has(member)) continue;
      note.close();
      this.#notes.delete(member);
    }
  }

  /** @param {Knock} knock */
  #ring({ member, name }) {
    this.#chime.ring();
    if (!document.hidden || globalThis.Notification?.permission !== "granted") return;
    try {
      const note = new Notification(text("knocks.note", { name }), { body: this.#roomName(), tag: `knock ${member}` });
      note.addEventListener("click", () => {
        globalThis.focus();
        note.close();
      });
      this.#notes.set(member, note);
    } catch {
      // Chrome on Android shows notifications from service workers only: the sound and the title have to do there.
    }
  }
}
