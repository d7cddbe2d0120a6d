/**
 * What was plugged in: the difference between two lists of devices, one entry for a headset that is a microphone and a
 * speaker.
 */

/** @typedef {Pick<MediaDeviceInfo, "deviceId" | "groupId" | "kind" | "label">} Device */
/** @typedef {{label: string, devices: Device[]}} NewDevice */

/** Names of Chromium's for what the system has chosen: the same device stands in the list by itself. */
const STAND_INS = Object.freeze(["default", "communications"]);

/**
 * Tells what is in a list that was not in the one before. A device without a name is left out: it was not allowed yet.
 * @param {readonly Device[]} before
 * @param {readonly Device[]} after
 * @returns {NewDevice[]} in the order of the list; the label is that of the camera or microphone, if there is one
 */
export function newDevices(before, after) {
  const known = new Set(before.map(identify));
  const fresh = after.filter((device) => {
    return device.label !== "" && !STAND_INS.includes(device.deviceId) && !known.has(identify(device));
  });
  /** @type {Map<string, Device[]>} */
  const groups = new Map();
  for (const device of fresh) {
    const group = device.groupId || identify(device);
    groups.set(group, [...(groups.get(group) ?? []), device]);
  }
  return [...groups.values()].map((devices) => {
    const named = devices.find(({ kind }) => kind !== "audiooutput") ?? /** @type {Device} */ (devices[0]);
    return { label: named.label, devices };
  });
}

/** @param {Device} device */
function identify({ kind, deviceId }) {
  return `${kind} ${deviceId}`;
}
