/** Names the true cause of what `getUserMedia` or `getDisplayMedia` refused, whatever the browser calls it. */

import { forbiddenByPolicy, permissionState } from "./permissions.js";

/** @import { CaptureKind, KnownPermission } from "./permissions.js" */

/**
 * denied: blocked for this site, by the person or in the browser's settings · dismissed: the browser's question was closed without an
 * answer; Chromium blocks a site after three, so only a press may ask again · system: by the operating system · policy: by an
 * organization or the page that embeds this one · busy: in use by another program · absent: not connected · failed: did not
 * start, and may start next time · gesture: asked without a press · insecure: the page is not on HTTPS · unsupported: this browser
 * has no media devices · unstable: stops again and again
 * @typedef {"denied" | "dismissed" | "system" | "policy" | "busy" | "absent" | "failed" | "gesture" | "insecure" | "unsupported"
 *   | "unstable" | "unknown"} DeviceCause
 */

/** From Media Capture and Streams §10.2 and Screen Capture §5.2, and those of older browsers. @type {Record<string, DeviceCause>} */
const CAUSES = {
  NotAllowedError: "denied",
  PermissionDeniedError: "denied",
  PermissionDismissedError: "dismissed",
  SecurityError: "policy",
  NotFoundError: "absent",
  DevicesNotFoundError: "absent",
  OverconstrainedError: "absent",
  ConstraintNotSatisfiedError: "absent",
  NotReadableError: "busy",
  TrackStartError: "busy",
  SourceUnavailableError: "busy",
  AbortError: "failed",
  NotSupportedError: "unsupported",
};

/** Words of Chromium, Firefox and Safari that say more than the name. @type {readonly (readonly [RegExp, DeviceCause])[]} */
const MESSAGES = [
  [/(permissions?|feature) policy/i, "policy"],
  [/user gesture|transient activation|user activation/i, "gesture"],
  [/by (the )?(operating )?system\b/i, "system"],
  [/dismissed/i, "dismissed"],
];

/**
 * @param {unknown} error a TypeError when there is no `mediaDevices` @param {CaptureKind} [kind] @param {KnownPermission} [permission]
 *   after the refusal @returns {DeviceCause}
 */
export function deviceCause(error, kind = "video", permission = "") {
  if (globalThis.isSecureContext === false) return "insecure";
  const devices = globalThis.navigator?.mediaDevices;
  if ((kind === "screen" ? devices?.getDisplayMedia : devices?.getUserMedia) === undefined) return "unsupported";
  const { name, message } = error instanceof Error || error instanceof DOMException ? error : { name: "", message: "" };
  const cause = Object.hasOwn(CAUSES, name) ? CAUSES[name] : "unknown";
  if (name === "InvalidStateError" || name === "InvalidAccessError") return saidBy(message) === "gesture" ? "gesture" : cause;
  if (cause !== "denied" && cause !== "policy") return cause;
  if (forbiddenByPolicy(kind)) return "policy";
  return saidBy(message) ?? (cause === "denied" ? refusedBy(kind, permission, message) : cause);
}

/** Like `deviceCause`, and asks the browser for the permission. @param {unknown} error @param {CaptureKind} kind @returns {Promise<DeviceCause>} */
export async function findDeviceCause(error, kind) {
  return deviceCause(error, kind, await permissionState(kind));
}

/**
 * After microphone and camera were refused together: whether to open this one alone. Never when that asks a second time.
 * @param {unknown} error @param {"audio" | "video"} kind @returns {Promise<boolean>}
 */
export async function mayOpenAlone(error, kind) {
  const refused = ["denied", "dismissed", "system"].includes(deviceCause(error, kind));
  if (!refused) return true;
  const [own, other] = await Promise.all([permissionState(kind), permissionState(kind === "audio" ? "video" : "audio")]);
  // A browser that knows its answer for one of them asks no question for both.
  return own === "granted" || (own === "prompt" && other === "denied");
}

/** @param {string} message @returns {DeviceCause | undefined} */
function saidBy(message) {
  return MESSAGES.find(([pattern]) => pattern.test(message))?.[1];
}

/** @param {CaptureKind} kind @param {KnownPermission} permission @param {string} message @returns {DeviceCause} */
function refusedBy(kind, permission, message) {
  // Each share is asked for: No is an answer to this question only.
  if (kind === "screen") return permission === "denied" ? "denied" : "dismissed";
  if (permission === "granted") return "system";
  // Safari's question has no way to close it.
  return permission === "prompt" && !/possibly because the user denied/.test(message) ? "dismissed" : "denied";
}
