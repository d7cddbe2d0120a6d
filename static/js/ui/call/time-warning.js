/** The notice in a call that the room's time, or one's own, is nearly over. */

import { byId, part, text } from "../lib/page.js";
import { span } from "../lib/times.js";

/** @import { SignalingSocket } from "../../signaling/socket.js" */

const MINUTE_MS = 60_000;
const TICK_MS = 1000;

export class TimeWarning {
  #root = byId("ending", HTMLElement);
  #when = part(this.#root, "when");
  #left = part(this.#root, "left");
  /** When it is over, in ms as performance.now() counts them: the computer's clock may be set meanwhile. */
  #end = Infinity;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** Whether the person has put the notice away; the last minute brings it back. */
  #dismissed = false;

  /** @param {SignalingSocket} socket whose `ending-soon` events say when it is over @param {AbortSignal} signal */
  constructor(socket, signal) {
    const close = part(this.#root, "close", HTMLButtonElement);
    socket.on("ending-soon", (detail) => this.#onEnding(detail), { signal });
    close.addEventListener("click", () => this.#dismiss(), { signal });
    signal.addEventListener("abort", () => this.#onEnding({ what: "", left: null }));
  }

  /** @param {{what: string, left: number | null}} news left: seconds; null: not so soon any more */
  #onEnding({ what, left }) {
    clearInterval(this.#timer);
    this.#root.hidden = left === null;
    this.#dismissed = false;
    if (left === null) return;
    this.#end = performance.now() + left * 1000;
    const style = /** @type {const} */ ({ timeStyle: "short" });
    const at = new Intl.DateTimeFormat(document.documentElement.lang, style).format(Date.now() + left * 1000);
    this.#when.textContent = text(what === "membership" ? "ending.membership" : "ending.room", { time: at });
    const more = this.#root.querySelector("[data-part=more]");
    if (more instanceof HTMLElement) more.hidden = what === "membership";
    this.#timer = setInterval(() => this.#showRemaining(), TICK_MS);
    this.#showRemaining();
  }

  #showRemaining() {
    const left = this.#end - performance.now();
    const message = left < MINUTE_MS ? text("ending.minute") : text("ending.left", { span: span(Math.ceil(left / MINUTE_MS) * MINUTE_MS) });
    if (this.#left.textContent !== message) this.#left.textContent = message;
    if (left < MINUTE_MS && this.#dismissed) {
      this.#dismissed = false;
      this.#root.hidden = false;
    }
    if (left < MINUTE_MS) clearInterval(this.#timer);
  }

  #dismiss() {
    this.#dismissed = true;
    this.#root.hidden = true;
  }
}
