/** The page after the call: why it ended and what to do next. */

import { Emitter } from "../../lib/emitter.js";
import { byId, hasText, nextStep, text } from "../lib/page.js";

/** @import { EndedFiles, Wish } from "../received/ended-files.js" */

/** Reasons after which the page offers the connection check. */
const OFFER_CHECK = ["stop.left", "stop.other", "stop.start", "stop.no-relay"];

/**
 * @typedef {object} EndedEvents
 * @property {void} again the person wants to join again
 */

/** @extends {Emitter<EndedEvents>} */
export class Ended extends Emitter {
  #root = byId("ended", HTMLElement);
  #title = byId("ended-title", HTMLElement);
  /** Null inside: they cannot be loaded. @type {Promise<EndedFiles | null> | null} */
  #files = null;
  #buttons = /** @type {NodeListOf<HTMLElement>} */ (this.#root.querySelectorAll("[data-next]"));

  constructor() {
    super();
    for (const button of this.#buttons) {
      if (button.dataset.next === "reload") button.addEventListener("click", () => location.reload());
      else if (button instanceof HTMLButtonElement) button.addEventListener("click", () => this.emit("again"));
    }
  }

  /**
   * @param {string} why a close code, or "left", "start"
   * @param {{closed: Promise<void>, room: {slug: string, roomName: string}, wish: Wish}} files closed: when those of the call are
   */
  show(why, files) {
    this.#files ??= import("../received/ended-files.js").then(({ EndedFiles }) => new EndedFiles(), () => null);
    void this.#files.then((shown) => shown?.show(files));
    const key = `stop.${hasText(`stop.${why}.title`) ? why : "other"}`;
    this.#title.textContent = text(`${key}.title`);
    byId("ended-text", HTMLElement).textContent = text(`${key}.text`);
    for (const button of this.#buttons) button.hidden = button.dataset.next !== nextStep(`${key}.title`);
    byId("ended-test", HTMLElement).hidden = !OFFER_CHECK.includes(key);
    this.#root.hidden = false;
    this.#title.focus();
  }

  hide() {
    this.#root.hidden = true;
    void this.#files?.then((shown) => shown?.hide());
  }
}
