/** `<mp-devices>`: lists of cameras, microphones and, if the browser can select one, speakers. */

import { ElementEvent } from "../../lib/element-event.js";
import { MeterBar } from "./meter-bar.js";
import { find, fromTemplate, text } from "../lib/page.js";

/** @typedef {"camera" | "microphone" | "speaker"} DeviceKind */
/** @typedef {{deviceId: string, label: string}} Device */
/** @typedef {Record<DeviceKind, Device[]>} DeviceLists */

let made = 0;

/** Whether the browser lets a page select a device. @param {DeviceKind} kind */
export function canChoose(kind) {
  return kind !== "speaker" || "setSinkId" in HTMLMediaElement.prototype;
}

/** @type {ElementEvent<{kind: DeviceKind, deviceId: string}>} the person selected a device */
export const deviceChosen = new ElementEvent("choose");

export class DevicePickers extends HTMLElement {
  connectedCallback() {
    if (this.firstElementChild) return;
    made += 1;
    this.append(fromTemplate("devices-template"));
    for (const field of this.#fields()) {
      const select = find(field, "select", HTMLSelectElement);
      select.id = `device-${field.dataset.kind}-${made}`;
      find(field, "label", HTMLLabelElement).htmlFor = select.id;
      select.addEventListener("change", () => {
        deviceChosen.dispatch(this, { kind: /** @type {DeviceKind} */ (field.dataset.kind), deviceId: select.value });
      });
      field.hidden = !canChoose(/** @type {DeviceKind} */ (field.dataset.kind));
      const note = field.querySelector(".field__help");
      if (note === null) continue;
      note.id = `${select.id}-help`;
      select.setAttribute("aria-describedby", note.id);
    }
  }

  get meter() {
    return find(this, "mp-meter", MeterBar);
  }

  /** @param {boolean} missing the chosen speaker is not connected, and another one is used */
  set speakerMissing(missing) {
    find(this, ".devices__missing", HTMLElement).hidden = !missing;
  }

  /** @param {DeviceLists} lists @param {Partial<Record<DeviceKind, string>>} chosen device ids in use */
  showDevices(lists, chosen) {
    for (const field of this.#fields()) {
      const kind = /** @type {DeviceKind} */ (field.dataset.kind);
      const select = find(field, "select", HTMLSelectElement);
      const devices = lists[kind];
      const options = devices.map(({ deviceId, label }, index) => {
        return new Option(label || text(`device.${kind}`, { count: index + 1 }), deviceId, false, deviceId === chosen[kind]);
      });
      if (devices.length === 0) options.push(new Option(text(kind === "speaker" ? "device.default" : "device.none"), ""));
      select.replaceChildren(...options);
      select.disabled = devices.length === 0;
    }
  }

  #fields() {
    return /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-kind]"));
  }
}

customElements.define("mp-devices", DevicePickers);
