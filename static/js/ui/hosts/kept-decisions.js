/**
 * A host who loads the page again is away for a moment, and if no other host is there, what people may do and the timer are forgotten.
 * This tab remembers them for some minutes.
 */

import { readRights, readTimer } from "../../hosts/host-controls.js";
import { tabStorage } from "../../lib/storage.js";

/** @import { HostControls } from "../../hosts/host-controls.js" */

const KEPT_MS = 300_000;

/** @param {HostControls} controls @param {string} slug of the room @param {AbortSignal} signal ends with the call */
export function keepDecisions({ rights, timer }, slug, signal) {
  const key = `decisions ${slug}`;
  const { left, rights: earlier, timer: before } = parse(tabStorage.load(key));
  tabStorage.save(key, null);
  const away = Date.now() - left;
  if (away >= 0 && away < KEPT_MS) {
    const [allowed, countdown] = [readRights(earlier), readTimer(less(before, away))];
    if (allowed) rights.restore(allowed);
    if (countdown) timer.restore(countdown);
  }
  signal.addEventListener("abort", () => {
    if (rights.mayChange) tabStorage.save(key, JSON.stringify({ left: Date.now(), rights: rights.update, timer: timer.update }));
  });
}

/** @param {string | null} stored @returns {Record<string, any>} */
function parse(stored) {
  try {
    return JSON.parse(stored ?? "{}") ?? {};
  } catch {
    return {};
  }
}

/** A timer runs on while no one is there who has it. @param {any} update @param {number} away ms */
function less(update, away) {
  return update?.value ? { ...update, value: { ...update.value, left: Math.max(0, update.value.left - away) } } : update;
}
