/** "Encode each picture once" in the devices dialog, in browsers that can. */

import { Emitter } from "../../lib/emitter.js";
import { saveEncodeOnce, wantsEncodeOnce } from "../../media/encode-once/support.js";
import { byId } from "../lib/page.js";

/** @typedef {object} EncodeOnceSwitchEvents @property {void} changed `on` has changed */

/** @extends {Emitter<EncodeOnceSwitchEvents>} */
export class EncodeOnceSwitch extends Emitter {
  #input = byId("encode-once", HTMLInputElement);

  /** @param {AbortSignal} signal of the call */
  constructor(signal) {
    super();
    const field = byId("encode-once-field", HTMLElement);
    this.#input.checked = wantsEncodeOnce();
    field.hidden = false;
    signal.addEventListener("abort", () => (field.hidden = true));
    this.#input.addEventListener("change", () => {
      saveEncodeOnce(this.wanted);
      this.emit("changed");
    }, { signal });
  }

  get wanted() {
    return this.#input.checked;
  }
}
