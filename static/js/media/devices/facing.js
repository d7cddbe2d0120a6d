/** Which way a camera looks. A picture of oneself is shown as in a mirror; one of the world is not. */

import { browserStorage } from "../../lib/storage.js";

/** @typedef {"user" | "environment" | ""} Facing "": not known, as of most webcams */
/** @typedef {{deviceId: string, facing: Facing}} FacingCamera */

/** Where the browser does not say, labels of phones do. @type {readonly (readonly [RegExp, Facing])[]} */
const LABELS = [
  [/\b(back|rear|environment|world)\b|facing back|rück|arrière|trasera|posteriore|traseira/i, "environment"],
  [/\b(front|user|selfie)\b|facing front|avant|frontal|anteriore/i, "user"],
];

/** @param {{facingMode?: string | string[], label: string}} camera @returns {Facing} */
export function facingOf({ facingMode = [], label }) {
  const [mode] = [facingMode].flat();
  if (mode === "user" || mode === "environment") return mode;
  return LABELS.find(([pattern]) => pattern.test(label))?.[1] ?? "";
}

const MIRROR_STORAGE_KEY = "own-picture-mirrored";

/** Whether the person wants to see themselves as in a mirror. This browser remembers it. */
export function isMirrorWanted() {
  return browserStorage.load(MIRROR_STORAGE_KEY) !== "no";
}

/** @param {boolean} wanted */
export function wantMirror(wanted) {
  browserStorage.save(MIRROR_STORAGE_KEY, wanted ? null : "no");
}

/** Whether to show one's own picture as in a mirror; never what a back camera sees. @param {MediaStreamTrack} track @returns {boolean} */
export function isMirrored(track) {
  return isMirrorWanted() && facingOf({ facingMode: track.getSettings().facingMode, label: track.label }) !== "environment";
}

/** @param {MediaDeviceInfo} device a camera @returns {FacingCamera} */
export function facingOfDevice(device) {
  const { facingMode } = /** @type {InputDeviceInfo} */ (device).getCapabilities?.() ?? {};
  return { deviceId: device.deviceId, facing: facingOf({ facingMode, label: device.label }) };
}

/**
 * The camera that "Flip camera" changes to: the first that looks the other way, or simply the next on a device with a touch screen.
 * @param {readonly FacingCamera[]} cameras @param {string | null} current device id @param {boolean} touch
 * @returns {string | null} null: there is nothing to flip
 */
export function otherCamera(cameras, current, touch) {
  const at = cameras.findIndex(({ deviceId }) => deviceId === current);
  const facing = cameras[at]?.facing || "user";
  const known = new Set(cameras.flatMap((camera) => camera.facing || []));
  if (known.size > 1) return cameras.find((camera) => camera.facing !== "" && camera.facing !== facing)?.deviceId ?? null;
  return touch && cameras.length > 1 ? (cameras[(at + 1) % cameras.length]?.deviceId ?? null) : null;
}
