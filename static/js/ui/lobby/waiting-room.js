/** What a person sees who waits to be admitted: beside the camera preview, instead of the form for the name. */

import { Emitter } from "../../lib/emitter.js";
import { say } from "../lib/announcer.js";
import { byId, find, text } from "../lib/page.js";

/** @import { Waiting } from "../../call/knocking.js" */

/**
 * @typedef {object} WaitingRoomEvents
 * @property {void} cancel the person stops waiting
 */

/** @extends {Emitter<WaitingRoomEvents>} */
export class WaitingRoom extends Emitter {
  #page;
  #prejoin = byId("prejoin", HTMLElement);
  #root = byId("waiting", HTMLElement);
  #title = find(this.#root, "h2", HTMLElement);

  /** @param {{host: string}} page */
  constructor(page) {
    super();
    this.#page = page;
    find(this.#root, "button", HTMLButtonElement).addEventListener("click", () => this.emit("cancel"));
  }

  /** @param {Waiting} waiting */
  show({ name, why, hosts = false }) {
    const began = this.#root.hidden;
    const kind = why === "knock" ? (hosts ? "knock" : "no-host") : (why ?? "asking");
    const { host } = this.#page;
    const changed = this.#root.dataset.kind !== kind;
    const [title, message] = [text(`waiting.${kind}.title`, { host }), text(`waiting.${kind}.text`, { host })];
    this.#title.textContent = title;
    find(this.#root, "p", HTMLElement).textContent = message;
    byId("waiting-name", HTMLElement).textContent = text("waiting.as", { name });
    this.#root.dataset.kind = kind;
    this.#root.hidden = false;
    this.#prejoin.dataset.waiting = "true";
    // The focused title is read by itself.
    if (began) this.#title.focus();
    if (began || changed) say(began ? message : `${title} ${message}`);
  }

  hide() {
    this.#root.hidden = true;
    delete this.#prejoin.dataset.waiting;
  }
}
