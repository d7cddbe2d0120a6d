/** Warns during a call that the room or the person's membership ends soon. */

import { say, showNotice } from "../lib/announcer.js";
import { formatClock, formatDuration } from "../lib/formats.js";
import { byId, part, text } from "../lib/page.js";

/** @import { SignalingSocket } from "../../signaling/socket.js" */

const MINUTE_MS = 60_000;
const TICK_MS = 1000;

export class TimeWarning {
  #root = byId("ending", HTMLElement);
  #when = part(this.#root, "when");
  #left = part(this.#root, "left");
  /** In ms of performance.now(), which does not jump when the clock is set. */
  #end = Infinity;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** The last minute shows a dismissed notice again. */
  #dismissed = false;

  /** @param {SignalingSocket} socket @param {AbortSignal} signal */
  constructor(socket, signal) {
    const close = part(this.#root, "close", HTMLButtonElement);
    socket.on("ending-soon", (detail) => this.#onEnding(detail), { signal });
    close.addEventListener("click", () => this.#dismiss(), { signal });
    signal.addEventListener("abort", () => this.#onEnding({ what: "", left: null }));
  }

  /** @param {{what: string, left: number | null}} news left: in seconds; null: it no longer ends soon */
  #onEnding({ what, left }) {
    clearInterval(this.#timer);
    this.#dismissed = false;
    if (left === null) return showNotice(this.#root, this.#when, "");
    this.#end = performance.now() + left * 1000;
    const at = formatClock(Date.now() + left * 1000);
    showNotice(this.#root, this.#when, text(what === "membership" ? "ending.membership" : "ending.room", { time: at }));
    const more = this.#root.querySelector("[data-part=more]");
    if (more instanceof HTMLElement) more.hidden = what === "membership";
    this.#timer = setInterval(() => this.#showRemaining(), TICK_MS);
    this.#showRemaining();
  }

  #showRemaining() {
    const left = this.#end - performance.now();
    const message = left < MINUTE_MS ? text("ending.minute") : text("ending.left", { span: formatDuration(Math.ceil(left / MINUTE_MS) * MINUTE_MS) });
    if (this.#left.textContent !== message) this.#left.textContent = message;
    if (left < MINUTE_MS && this.#dismissed) {
      this.#dismissed = false;
      this.#root.hidden = false;
    }
    if (left >= MINUTE_MS) return;
    clearInterval(this.#timer);
    say(message);
  }

  #dismiss() {
    this.#dismissed = true;
    this.#root.hidden = true;
  }
}
