/** The lists of microphone modes, one in each `<mp-devices>`. */

import { microphoneMode } from "../../media/voice/microphone-mode.js";
import { find } from "../lib/page.js";

/** @param {HTMLElement[]} pickers */
export function setUpModePickers(pickers) {
  const selects = pickers.map((one) => find(one, "[data-microphone-mode]", HTMLSelectElement));
  const show = () => {
    for (const select of selects) {
      select.value = microphoneMode.value.mode;
      if (select.selectedIndex === -1) select.value = "natural";
    }
  };
  for (const select of selects) select.addEventListener("change", () => microphoneMode.change({ mode: select.value }));
  microphoneMode.on("changed", show);
  show();
}
