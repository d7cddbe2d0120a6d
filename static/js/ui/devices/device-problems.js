/** Notices about devices that do not work: what is wrong and what to do. */

import { find, fromTemplate, hasText, text } from "../lib/page.js";

/** @import { DeviceCause } from "../../media/devices/device-errors.js" */
/** @import { MicrophoneTrouble } from "../../media/devices/microphone-monitor.js" */

/** @typedef {"camera" | "microphone"} DeviceName */

export class DeviceProblems {
  /** @type {Map<DeviceName, string>} device → text key */
  #keys = new Map();
  #containers = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".prejoin__problems, .dialog__problems"));

  get any() {
    return this.#keys.size > 0;
  }

  /** @returns {boolean} the page is not a secure context, so no call is possible */
  get insecure() {
    return [...this.#keys.values()].includes("problem.insecure");
  }

  /** @param {DeviceName} device @param {DeviceCause | MicrophoneTrouble} cause @returns {string} its title */
  addProblem(device, cause) {
    const ofThePage = `problem.${cause}`;
    const known = hasText(`problem.${device}.${cause}.title`) ? cause : "unknown";
    const key = hasText(`${ofThePage}.title`) ? ofThePage : `problem.${device}.${known}`;
    this.#keys.set(device, key);
    this.#show();
    return text(`${key}.title`);
  }

  /** @param {DeviceName} device */
  clearProblem(device) {
    if (this.#keys.delete(device)) this.#show();
  }

  #show() {
    for (const container of this.#containers) {
      container.replaceChildren(
        ...[...new Set(this.#keys.values())].map((key) => {
          const note = fromTemplate("problem-template");
          find(note, "strong", HTMLElement).textContent = text(`${key}.title`);
          find(note, "span", HTMLElement).textContent = text(`${key}.text`);
          return note;
        }),
      );
    }
  }
}
