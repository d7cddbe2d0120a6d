/** Whether people may recognise this browser by its lasting key. */

import { Emitter } from "../../lib/emitter.js";
import { browserStorage } from "../../lib/storage.js";

const STORAGE_KEY = "meeting-point.recognise";

/** @typedef {object} DeviceChoiceEvents @property {void} changed on this page */

/** @extends {Emitter<DeviceChoiceEvents>} */
class DeviceChoice extends Emitter {
  /** @param {boolean} signedIn what counts until the person chooses: guests may sit at a shared computer */
  mayRecognise(signedIn) {
    const choice = browserStorage.load(STORAGE_KEY);
    return choice === null ? signedIn : choice === "yes";
  }

  /** @param {boolean | null} may null: as if the person had never chosen */
  choose(may) {
    browserStorage.save(STORAGE_KEY, may === null ? null : may ? "yes" : "no");
    this.emit("changed");
  }
}

export const deviceChoice = new DeviceChoice();
