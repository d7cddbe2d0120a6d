/** The data saver in the devices dialog. */

import { Emitter } from "../../lib/emitter.js";
import { clampCap, saveDataSaver, loadDataSaver } from "../../media/adaptation/data-saver.js";
import { byId } from "../lib/page.js";

/**
 * @typedef {object} DataSaverSwitchEvents
 * @property {void} changed `cap` has changed
 */

/** @extends {Emitter<DataSaverSwitchEvents>} */
export class DataSaverSwitch extends Emitter {
  #on = byId("data-saver", HTMLInputElement);
  #kbps = byId("data-saver-cap", HTMLInputElement);

  constructor() {
    super();
    const { on, kbps } = loadDataSaver();
    this.#on.checked = on;
    this.#kbps.value = String(kbps);
    this.#update();
    for (const input of [this.#on, this.#kbps]) input.addEventListener("change", () => this.#onChange());
  }

  /** @returns {number | null} kbit/s each way; null: no cap */
  get cap() {
    return this.#on.checked ? clampCap(this.#kbps.valueAsNumber) : null;
  }

  #onChange() {
    const kbps = clampCap(this.#kbps.valueAsNumber);
    this.#kbps.value = String(kbps);
    saveDataSaver({ on: this.#on.checked, kbps });
    this.#update();
    this.emit("changed");
  }

  #update() {
    byId("data-saver-field", HTMLElement).hidden = !this.#on.checked;
  }
}
