/** Says that the own microphone or camera is now on or off, whatever turned it: a button, a key, a host's request, the system. */

import { say } from "../lib/announcer.js";
import { text } from "../lib/page.js";

/** @import { DeviceControls } from "./device-controls.js" */
/**
 * @typedef {"off" | "opening" | "on" | "reopening" | "unavailable"} DeviceState off: not wanted; reopening: it was on, and the
 *   system took it; unavailable: wanted, and a notice says why not
 */

/**
 * Decides what to say of a device. A failure to open is said by its notice.
 * @param {DeviceState} before @param {DeviceState} now @returns {"" | "on" | "off"} empty: nothing
 */
export function deviceNews(before, now) {
  if (now === before) return "";
  if (now === "on") return "on";
  return before === "on" || (before === "opening" && now === "off") ? "off" : "";
}

/** @param {DeviceControls} devices @param {() => boolean} quiet when there is no call to be heard or seen in */
export function announceDevices(devices, quiet) {
  const states = { microphone: stateOf(devices, "audio"), camera: stateOf(devices, "video") };
  devices.on("changed", () => {
    for (const [device, kind] of /** @type {const} */ ([["microphone", "audio"], ["camera", "video"]])) {
      const found = stateOf(devices, kind);
      const now = found === "opening" && !["off", "opening"].includes(states[device]) ? "reopening" : found;
      const news = deviceNews(states[device], now);
      states[device] = now;
      if (news && !quiet()) say(text(`said.${device}.${news}`));
    }
  });
}

/** @param {DeviceControls} devices @param {"audio" | "video"} kind @returns {DeviceState} */
function stateOf({ media, presence }, kind) {
  if (!media.wants(kind)) return "off";
  if (kind === "audio" ? !presence.muted : presence.camera) return "on";
  return media.isOpening(kind) ? "opening" : "unavailable";
}
