/** Finds newly plugged devices; a headset with microphone and speaker is one of them. */

/** @typedef {Pick<MediaDeviceInfo, "deviceId" | "groupId" | "kind" | "label">} Device */
/** @typedef {{label: string, devices: Device[]}} NewDevice */

/** Chromium's aliases of the system's choice: the device itself is in the list too. */
const STAND_INS = Object.freeze(["default", "communications"]);

/**
 * Compares two lists. Devices without a label, which have not been allowed yet, are left out.
 * @param {readonly Device[]} before @param {readonly Device[]} after
 * @returns {NewDevice[]} labelled by their camera or microphone, if there is one
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
