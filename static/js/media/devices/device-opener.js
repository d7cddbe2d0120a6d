/** Opens cameras and microphones, and keeps away from loopbacks that no one chose. */

import { openBoth, openTrack } from "./constraints.js";
import { isMonitor, isVirtual, mayBeMonitor } from "./loopbacks.js";

/** @import { Kind } from "./constraints.js" */

/** @type {Readonly<Record<Kind, MediaDeviceKind>>} */
export const INPUTS = Object.freeze({ audio: "audioinput", video: "videoinput" });

async function enumerate() {
  return (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
}

/** Lists the devices that the page may know. */
export async function listAll() {
  return (await enumerate()).filter(({ deviceId }) => deviceId !== "");
}

/** @param {Kind} kind @returns {Promise<string[]>} device ids; empty where the page may not know them */
export async function listIds(kind) {
  return (await enumerate()).flatMap((device) => (device.kind === INPUTS[kind] ? [device.deviceId] : []));
}

/**
 * @param {Kind} kind @param {string | null} deviceId null: the system's default, or another one if that is a loopback
 * @param {{fallback: boolean, wanted: () => boolean}} options fallback: in place of a device that is gone; wanted: whether to go on
 * @returns {Promise<MediaStreamTrack | null>} null: not wanted any more @throws {DOMException} see `findDeviceCause`
 */
export async function openDevice(kind, deviceId, { fallback, wanted }) {
  if (!wanted()) return null;
  const track = await openTrack(kind, deviceId, wanted);
  if (deviceId !== null || !(await isLoopback(track, fallback))) return track;
  track.stop();
  const real = (await listAll()).find((device, _, all) => device.kind === INPUTS[kind] && !isAvoided(device, all, fallback));
  if (real === undefined) throw new DOMException("only loopbacks", "NotFoundError");
  return wanted() ? openTrack(kind, real.deviceId, wanted) : null;
}

/**
 * Opens a microphone and a camera with one permission prompt.
 * @param {Record<Kind, string | null>} deviceIds @returns {Promise<Record<Kind, MediaStreamTrack | null>>} null: a loopback, to be
 *   opened with `openDevice` @throws {DOMException} when either fails
 */
export async function openTogether(deviceIds) {
  /** @type {Record<Kind, MediaStreamTrack | null>} */
  const opened = { audio: null, video: null };
  for (const track of await openBoth(deviceIds)) {
    const kind = /** @type {Kind} */ (track.kind);
    if (deviceIds[kind] === null && (await isLoopback(track, false))) track.stop();
    else opened[kind] = track;
  }
  return opened;
}

/** @param {MediaStreamTrack} track @param {boolean} fallback */
async function isLoopback(track, fallback) {
  const { label } = track;
  // What was called off must be stopped at once: no waiting where the label is enough.
  const all = mayBeMonitor(label) ? await listAll() : [];
  return isAvoided({ kind: INPUTS[/** @type {Kind} */ (track.kind)], label }, all, fallback);
}

/** @param {Pick<MediaDeviceInfo, "kind" | "label">} device @param {readonly MediaDeviceInfo[]} all @param {boolean} fallback */
function isAvoided(device, all, fallback) {
  return isMonitor(device, all) || (fallback && isVirtual(device));
}
