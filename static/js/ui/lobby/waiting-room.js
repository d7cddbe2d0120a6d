/** What a person sees who waits to be admitted: beside the camera preview, instead of the form for the name. */

import { Emitter } from "../../lib/emitter.js";
import { byId, find, text } from "../lib/page.js";

/** @import { Waiting } from "../../call/knocking.js" */

/**
 * @typedef {object} WaitingRoomEvents
 * @property {void} cancel the person stops waiting
 */

/** @extends {Emitter<WaitingRoomEvents>} */
export class WaitingRoom extends Emitter {
  #prejoin = byId("prejoin", HTMLElement);
  #root = byId("waiting", HTMLElement);
  #title = find(this.#root, "h2", HTMLElement);

  constructor() {
    super();
    find(this.#root, "button", HTMLButtonElement).addEventListener("click", () => this.emit("cancel"));
  }

  /** @param {Waiting} waiting */
  show({ name, why, hosts = false }) {
    const began = this.#root.hidden;
    const kind = why === "knock" ? (hosts ? "knock" : "no-host") : (why ?? "asking");
    this.#setText(this.#title, text(`waiting.${kind}.title`));
    this.#setText(find(this.#root, "p", HTMLElement), text(`waiting.${kind}.text`));
    this.#setText(byId("waiting-name", HTMLElement), text("waiting.as", { name }));
    this.#root.dataset.kind = kind;
    this.#root.hidden = false;
    this.#prejoin.dataset.waiting = "true";
    if (began) this.#title.focus();
  }

  hide() {
    this.#root.hidden = true;
    delete this.#prejoin.dataset.waiting;
  }

  /** A live region announces every write, so equal texts are skipped. @param {HTMLElement} node @param {string} message */
  #setText(node, message) {
    if (node.textContent !== message) node.textContent = message;
  }
}
