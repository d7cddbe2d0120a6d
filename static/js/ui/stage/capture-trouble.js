/** Says on a tile what a person's devices lack, in place of a frozen or black picture. */

import { text } from "../lib/page.js";

/** @import { CaptureState } from "../../call/captures.js" */

/** @param {HTMLElement} label @param {string} name empty: one's own @param {Partial<CaptureState>} [capture] */
export function showTrouble(label, name, capture = {}) {
  const { camera, microphone } = capture;
  // One sentence where both lack the same.
  const lines = camera && camera === microphone ? [["both", camera]] : Object.entries(capture).filter(([, trouble]) => trouble);
  const said = lines.map(([device, trouble]) => text(`capture.${device}.${trouble}${name ? "" : ".own"}`, { name })).join(" ");
  label.hidden = said === "";
  if (label.textContent !== said) label.textContent = said;
}
