/** Says what a person's devices lack, in place of a frozen or black picture. */

import { say } from "../lib/announcer.js";
import { text } from "../lib/page.js";

/** @import { CaptureDevice, CaptureTrouble } from "../../media/devices/capture-monitor.js" */
/** missing: does not arrive here @typedef {Partial<Record<CaptureDevice, CaptureTrouble | "missing" | "">>} ShownTrouble */

/** @param {{name: string, self: boolean}} person @param {ShownTrouble} [capture] @returns {string} empty: nothing */
export function captureText({ name, self }, capture = {}) {
  const { camera, microphone } = capture;
  // One sentence where both lack the same.
  const lines = camera && camera === microphone ? [["both", camera]] : Object.entries(capture).filter(([, trouble]) => trouble);
  return lines.map(([device, trouble]) => text(`capture.${device}.${trouble}${self ? ".own" : ""}`, { name })).join(" ");
}

/**
 * @param {HTMLElement} label `.tile__trouble` @param {{name: string, self: boolean}} person one's own trouble is announced by a message
 * @param {ShownTrouble} capture
 */
export function showTrouble(label, person, capture) {
  const said = captureText(person, capture);
  label.hidden = said === "";
  if (label.textContent === said) return;
  label.textContent = said;
  if (said !== "" && !person.self) say(said);
}
