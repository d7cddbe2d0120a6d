/** The page after the call: why it ended, and the way on. */

import { Emitter } from "../../lib/emitter.js";
import { byId, hasText, nextStep, text } from "../lib/page.js";

/** After these, a test of the connection may tell more. */
const OF_THE_CONNECTION = ["stop.left", "stop.other", "stop.start", "stop.no-relay"];

/**
 * @typedef {object} EndedEvents
 * @property {void} again the person wants back in
 */

/** @extends {Emitter<EndedEvents>} */
export class Ended extends Emitter {
  #root = byId("ended", HTMLElement);
  #title = byId("ended-title", HTMLElement);
  #buttons = /** @type {NodeListOf<HTMLElement>} */ (this.#root.querySelectorAll("[data-next]"));

  constructor() {
    super();
    for (const button of this.#buttons) {
      if (button.dataset.next === "reload") button.addEventListener("click", () => location.reload());
      else if (button instanceof HTMLButtonElement) button.addEventListener("click", () => this.emit("again"));
    }
  }

  /** Says why. @param {string} why a close code, or "left", "start" */
  show(why) {
    const key = `stop.${hasText(`stop.${why}.title`) ? why : "other"}`;
    this.#title.textContent = text(`${key}.title`);
    byId("ended-text", HTMLElement).textContent = text(`${key}.text`);
    for (const button of this.#buttons) button.hidden = button.dataset.next !== nextStep(`${key}.title`);
    byId("ended-test", HTMLElement).hidden = !OF_THE_CONNECTION.includes(key);
    this.#root.hidden = false;
    this.#title.focus();
  }

  hide() {
    this.#root.hidden = true;
  }
}
