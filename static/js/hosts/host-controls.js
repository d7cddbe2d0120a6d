/** What hosts decide for the call: whom all see large, what people may do, how much time is left. */

import { HOSTS } from "../signaling/roles.js";
import { isId } from "../lib/patterns.js";
import { HostValue, readUpdate } from "./host-value.js";

/** @import { Room } from "./host-value.js" */
/** @typedef {"chat" | "screen" | "microphone"} Right */
/** @typedef {Readonly<Record<Right, boolean>>} Rights of those who are no hosts */
/** @typedef {{ends: number, total: number} | null} Countdown ends: ms since 1970 on this device, whose other clock stands still while it sleeps; total: ms; null: none */

export const TOPICS = Object.freeze({ spotlight: "spotlight", rights: "rights", timer: "timer" });
const PER_MINUTE = 60;
const DAY_MS = 86_400_000;
/** @type {readonly Right[]} */
export const RIGHTS = Object.freeze(["chat", "screen", "microphone"]);
/** @type {Rights} */
export const ALL_RIGHTS = Object.freeze({ chat: true, screen: true, microphone: true });

/** Reads the topic `spotlight`: a pid, or empty. */
export const readSpotlight = readUpdate((value) => (value === "" || isId(value) ? /** @type {string} */ (value) : undefined));

/** Reads the topic `rights`. */
export const readRights = readUpdate((value) => {
  if (!RIGHTS.every((right) => typeof value?.[right] === "boolean")) return undefined;
  const { chat, screen, microphone } = value;
  return /** @type {Rights} */ ({ chat, screen, microphone });
});

/** Reads the topic `timer`. Clocks differ, so it says what is left. */
export const readTimer = readUpdate((value) => {
  if (value === null) return /** @type {Countdown} */ (null);
  const { left, total } = value ?? {};
  const fits = Number.isSafeInteger(left) && Number.isSafeInteger(total) && left >= 0 && total > 0 && left <= total && total <= DAY_MS;
  return fits ? /** @type {Countdown} */ ({ ends: Date.now() + left, total }) : undefined;
});

/** Hosts may do everything. @param {Rights} rights @param {Right} right @param {{role?: string}} person @returns {boolean} */
export function mayDo(rights, right, { role = "" }) {
  return rights[right] || HOSTS.includes(role);
}

export class HostControls {
  spotlight;
  rights;
  timer;

  /** @param {Room} room @param {AbortSignal} signal */
  constructor(room, signal) {
    const common = { perMinute: PER_MINUTE, creates: { alerts: 1 }, latest: true };
    const { mesh } = room;
    this.spotlight = new HostValue(room, mesh.topic(TOPICS.spotlight, { read: readSpotlight, ...common }), { initial: "" }, signal);
    this.rights = new HostValue(room, mesh.topic(TOPICS.rights, { read: readRights, ...common }), { initial: ALL_RIGHTS }, signal);
    const write = (/** @type {Countdown} */ value) => value && { left: Math.min(value.total, Math.max(0, Math.round(value.ends - Date.now()))), total: value.total };
    this.timer = new HostValue(room, mesh.topic(TOPICS.timer, { read: readTimer, ...common }), { initial: null, write }, signal);
  }

  /** The own role may have changed. */
  check() {
    for (const value of [this.spotlight, this.rights, this.timer]) value.check();
  }
}
