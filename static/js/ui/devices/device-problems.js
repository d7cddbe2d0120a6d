/** Notices about devices that do not work: what is wrong, what to do, and a button that tries again. */

import { Emitter } from "../../lib/emitter.js";
import { watchPermission } from "../../media/devices/permissions.js";
import { find, fromTemplate, hasText, text } from "../lib/page.js";
import { waysOf } from "./ways.js";

/** @import { DeviceCause } from "../../media/devices/device-errors.js" */
/** @import { CaptureTrouble } from "../../media/devices/capture-monitor.js" */

/** @typedef {"camera" | "microphone"} DeviceName */
/** @typedef {DeviceCause | CaptureTrouble} Cause */

/** Where asking again changes nothing. @type {readonly string[]} */
const FINAL = ["policy", "insecure", "unsupported"];
/** Causes that end when the person changes the permission. @type {readonly string[]} */
const OF_PERMISSION = ["denied", "dismissed"];

/**
 * @typedef {object} DeviceProblemsEvents
 * @property {void} changed
 * @property {{devices: DeviceName[]}} retry the person pressed "Try again"
 */

/** @extends {Emitter<DeviceProblemsEvents>} */
export class DeviceProblems extends Emitter {
  /** Why a device is not open. @type {Map<DeviceName, Cause>} */
  #causes = new Map();
  /** Why an open device delivers nothing. @type {Map<DeviceName, CaptureTrouble>} */
  #troubles = new Map();
  #containers = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".prejoin__problems, .dialog__problems"));
  #shown = "";

  constructor() {
    super();
    void watchPermission("video", (state) => this.#onPermission("camera", state));
    void watchPermission("audio", (state) => this.#onPermission("microphone", state));
  }

  get any() {
    return this.#causes.size > 0;
  }

  /** @returns {boolean} the page is not a secure context, so no call is possible */
  get insecure() {
    return [...this.#causes.values()].includes("insecure");
  }

  /** @param {DeviceName} device @param {Cause} cause @returns {string} its title */
  addProblem(device, cause) {
    this.#causes.set(device, cause);
    this.#show();
    return text(titleKey(cause, [device]));
  }

  /** @param {DeviceName} device */
  clearProblem(device) {
    if (this.#causes.delete(device)) this.#show();
  }

  /** @param {DeviceName} device @param {CaptureTrouble | ""} trouble */
  setTrouble(device, trouble) {
    if (trouble === "") this.#troubles.delete(device);
    else this.#troubles.set(device, trouble);
    this.#show();
  }

  /** @param {DeviceName} device @returns {boolean} whether trying again can help */
  canRetry(device) {
    return this.#causes.has(device) && !FINAL.includes(this.#causes.get(device) ?? "");
  }

  /** Opens by a press only, not because the browser now would allow it. @param {DeviceName} device @param {PermissionState} state */
  #onPermission(device, state) {
    if (!OF_PERMISSION.includes(this.#causes.get(device) ?? "")) return;
    if (state === "denied") this.addProblem(device, "denied");
    else this.clearProblem(device);
  }

  /** One notice for each cause: two of nearly the same words would push the join button out of view. */
  #show() {
    /** @type {Map<string, DeviceName[]>} */
    const groups = new Map();
    for (const device of /** @type {DeviceName[]} */ (["camera", "microphone"])) {
      const cause = this.#causes.get(device) ?? this.#troubles.get(device);
      if (cause !== undefined) groups.set(cause, [...(groups.get(cause) ?? []), device]);
    }
    const now = JSON.stringify([...groups]);
    if (now === this.#shown) return;
    this.#shown = now;
    for (const container of this.#containers) {
      const focused = container.contains(document.activeElement);
      container.replaceChildren(...[...groups].map(([cause, devices]) => this.#createNotice(/** @type {Cause} */ (cause), devices)));
      container.tabIndex = -1;
      if (focused) (container.querySelector("button") ?? container).focus();
    }
    this.emit("changed");
  }

  /** @param {Cause} cause @param {DeviceName[]} devices */
  #createNotice(cause, devices) {
    const notice = fromTemplate("problem-template");
    find(notice, "strong", HTMLElement).textContent = text(titleKey(cause, devices));
    find(notice, "span", HTMLElement).textContent = text(textKey(cause, devices));
    const button = find(notice, "button", HTMLButtonElement);
    button.textContent = text("problem.retry");
    button.hidden = FINAL.includes(cause);
    button.addEventListener("click", () => {
      for (const device of devices) this.#causes.delete(device);
      this.#show();
      this.emit("retry", { devices });
    });
    return notice;
  }
}

/** @param {string} cause @param {DeviceName[]} devices */
function titleKey(cause, devices) {
  const of = devices.length > 1 ? "both" : devices[0];
  const keys = [`problem.${cause}.title`, `problem.${cause}.title.${of}`];
  return keys.find(hasText) ?? `problem.unknown.title.${of}`;
}

/** @param {string} cause @param {DeviceName[]} devices */
function textKey(cause, devices) {
  const of = devices.length > 1 ? "both" : devices[0];
  const keys = [of, ...waysOf(navigator)].map((way) => `problem.${cause}.text.${way}`);
  return [...keys, `problem.${cause}.text`].find(hasText) ?? "problem.unknown.text";
}
