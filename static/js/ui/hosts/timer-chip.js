/** The timer in the head of the call, which all see. */

import { say } from "../lib/announcer.js";
import { formatDuration } from "../lib/formats.js";
import { byId, find, text } from "../lib/page.js";
import { toast } from "../lib/toasts.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { HostValue } from "../../hosts/host-value.js" */
/** @import { Countdown } from "../../hosts/host-controls.js" */

const MINUTE_MS = 60_000;
const TICK_MS = 250;

export class TimerChip {
  #root = byId("call-timer", HTMLElement);
  #digits = find(this.#root, "[data-part=digits]", HTMLElement);
  #session;
  /** @type {Countdown} */
  #countdown = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking;
  #saidMinute = false;

  /** @param {CallSession} session @param {HostValue<Countdown>} timer @param {AbortSignal} signal */
  constructor(session, timer, signal) {
    this.#session = session;
    timer.on("changed", ({ value, before, by, loud }) => this.#onChanged(value, before, by, loud), { signal });
    signal.addEventListener("abort", () => this.#show(null));
  }

  /** @param {Countdown} value @param {Countdown} before @param {string} by @param {boolean} loud */
  #onChanged(value, before, by, loud) {
    const isRunning = before !== null && before.ends > Date.now();
    this.#show(value);
    if (!loud) return;
    const host = this.#session.people.get(by)?.name ?? this.#session.self.name;
    if (value !== null) toast(text("timer.started", { host, span: formatDuration(leftOf(value)) }), undefined, "timer");
    else if (isRunning) toast(text("timer.stopped"), undefined, "timer");
  }

  /** @param {Countdown} countdown */
  #show(countdown) {
    clearInterval(this.#ticking);
    this.#countdown = countdown;
    this.#root.hidden = countdown === null;
    if (countdown === null) return;
    this.#saidMinute = leftOf(countdown) <= MINUTE_MS;
    this.#tick();
    if (leftOf(countdown) > 0) this.#ticking = setInterval(() => this.#tick(), TICK_MS);
  }

  #tick() {
    const left = leftOf(this.#countdown);
    const digits = formatLeft(left);
    if (this.#digits.textContent !== digits) {
      this.#digits.textContent = digits;
      this.#root.setAttribute("aria-label", text("timer.label", { time: digits }));
    }
    this.#root.dataset.last = String(left <= MINUTE_MS);
    if (left <= MINUTE_MS && !this.#saidMinute) {
      this.#saidMinute = true;
      say(text("timer.minute"));
    }
    if (left > 0) return;
    clearInterval(this.#ticking);
    if (this.#ticking !== undefined) toast(text("timer.over"), undefined, "timer");
    this.#ticking = undefined;
  }
}

/** @param {Countdown} countdown @returns {number} ms */
function leftOf(countdown) {
  return countdown === null ? 0 : Math.max(0, countdown.ends - Date.now());
}

/** @param {number} left ms @returns {string} "4:05", or "1:04:05" from an hour on */
export function formatLeft(left) {
  const seconds = Math.ceil(left / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const parts = hours > 0 ? [hours, String(minutes).padStart(2, "0")] : [minutes];
  return [...parts, String(seconds % 60).padStart(2, "0")].join(":");
}
