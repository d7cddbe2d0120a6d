/**
 * Alerts a host to people who knock: a sound, a card, a number in the title and on the list of people, and a notification if
 * allowed. Pages outside of the call have `ui/rooms/knock-alerts.js`.
 */

import { hasSound } from "../lib/news-settings.js";
import { byId, text } from "../lib/page.js";
import { showInTitle } from "../lib/page-title.js";
import { KnockCards } from "./knock-cards.js";
import { KnockChime } from "./knock-chime.js";

/** @import { Knock, LobbyHost } from "../../call/lobby-host.js" */
/** @import { MediaOutputs } from "../../media/playback/media-outputs.js" */

export class LobbyAlerts {
  #lobbyHost;
  #chime;
  /** @type {Set<KnockCards>} */
  #cards = new Set();
  #badge = byId("knock-count", HTMLElement);
  #roomName;
  /** @type {Map<string, Notification>} by member */
  #notifications = new Map();

  /** @param {LobbyHost} lobbyHost @param {{roomName: () => string, outputs: MediaOutputs, signal: AbortSignal}} options */
  constructor(lobbyHost, { roomName, outputs, signal }) {
    this.#lobbyHost = lobbyHost;
    this.#roomName = roomName;
    this.#chime = new KnockChime(outputs);
    this.#add(new KnockCards(signal), signal);
    lobbyHost.on("changed", ({ came }) => this.#onChanged(came), { signal });
    signal.addEventListener("abort", () => {
      this.#updateCount([]);
      this.#chime.close();
    });
  }

  /** Shows the cards in another place, too. @param {HTMLElement} container @param {AbortSignal} signal */
  showCardsIn(container, signal) {
    const cards = new KnockCards(signal, { container, quiet: true });
    this.#add(cards, signal);
    cards.showKnocks(this.#lobbyHost.knocks);
  }

  /** @param {KnockCards} cards @param {AbortSignal} signal */
  #add(cards, signal) {
    this.#cards.add(cards);
    cards.on("answer", (answer) => this.#answerKnock(answer), { signal });
    signal.addEventListener("abort", () => this.#cards.delete(cards));
  }

  /** @param {{member: string, admitted: boolean}} answer */
  #answerKnock({ member, admitted }) {
    if (admitted) void this.#lobbyHost.admit(member);
    else this.#lobbyHost.deny(member);
  }

  /** @param {boolean} came */
  #onChanged(came) {
    const { knocks } = this.#lobbyHost;
    for (const cards of this.#cards) cards.showKnocks(knocks);
    this.#updateCount(knocks);
    this.#chime.keep(knocks);
    if (came) this.#alertHost(/** @type {Knock} */ (knocks.at(-1)));
  }

  /** @param {Knock[]} knocks */
  #updateCount(knocks) {
    this.#badge.hidden = knocks.length === 0;
    this.#badge.textContent = String(knocks.length);
    showInTitle({ knocks: knocks.length });
    const here = new Set(knocks.map(({ member }) => member));
    for (const [member, note] of this.#notifications) {
      if (here.has(member)) continue;
      note.close();
      this.#notifications.delete(member);
    }
  }

  /** @param {Knock} knock */
  #alertHost({ member, name }) {
    if (hasSound("knocks", 0)) void this.#chime.ring(member);
    if (!document.hidden || globalThis.Notification?.permission !== "granted") return;
    try {
      const note = new Notification(text("knocks.note", { name }), { body: this.#roomName(), tag: `knock ${member}` });
      note.addEventListener("click", () => {
        globalThis.focus();
        note.close();
      });
      this.#notifications.set(member, note);
    } catch {
      // Chrome on Android shows notifications from service workers only: there, sound and title must do.
    }
  }
}
