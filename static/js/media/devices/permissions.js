/** What the browser says about the permission for a device, without asking the person. */

/** @typedef {"audio" | "video" | "screen"} CaptureKind */
/** @typedef {PermissionState | ""} KnownPermission "": the browser does not say, as Firefox before 131 and Safari before 16 */

/** Names in the Permissions API (Media Capture and Streams §14, Screen Capture §8) @type {Readonly<Record<CaptureKind, string>>} */
const NAMES = Object.freeze({ audio: "microphone", video: "camera", screen: "display-capture" });

/** @param {CaptureKind} kind @returns {Promise<KnownPermission>} */
export async function permissionState(kind) {
  return (await query(kind))?.state ?? "";
}

/**
 * Reports each change that the person makes in the browser's settings, for as long as the page lives.
 * @param {CaptureKind} kind @param {(state: PermissionState) => void} changed
 */
export async function watchPermission(kind, changed) {
  const status = await query(kind);
  status?.addEventListener("change", () => changed(status.state));
}

/** The Permissions Policy of this page, where the browser shows it. @param {CaptureKind} kind @returns {boolean} */
export function forbiddenByPolicy(kind) {
  const { permissionsPolicy, featurePolicy } = /** @type {any} */ (globalThis.document ?? {});
  return (permissionsPolicy ?? featurePolicy)?.allowsFeature(NAMES[kind]) === false;
}

/** @param {CaptureKind} kind @returns {Promise<PermissionStatus | null>} */
async function query(kind) {
  const name = /** @type {PermissionName} */ (NAMES[kind]);
  try {
    return await navigator.permissions.query({ name });
  } catch {
    return null; // no such name, or no such interface
  }
}
