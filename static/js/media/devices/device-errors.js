/** Why a camera or a microphone could not be had, in one word, whatever the browser calls it. */

/**
 * @typedef {"denied" | "absent" | "busy" | "insecure" | "unsupported" | "unknown"} DeviceCause
 * denied: by the person, the browser or the system · absent: there is none, or not the one asked for · busy: another
 * program holds it · insecure: the page is not on HTTPS · unsupported: this browser has no media devices
 */

/** Names from Media Capture and Streams §10.2 and what older browsers said instead. @type {Record<string, DeviceCause>} */
const CAUSES = {
  NotAllowedError: "denied",
  PermissionDeniedError: "denied",
  SecurityError: "denied",
  NotFoundError: "absent",
  DevicesNotFoundError: "absent",
  OverconstrainedError: "absent",
  NotReadableError: "busy",
  TrackStartError: "busy",
  AbortError: "busy",
  NotSupportedError: "unsupported",
};

/**
 * Names the cause of a failure of `getUserMedia`.
 * @param {unknown} error what it threw; a TypeError when there is no `mediaDevices` to ask
 * @returns {DeviceCause}
 */
export function deviceCause(error) {
  if (globalThis.isSecureContext === false) return "insecure";
  if (globalThis.navigator?.mediaDevices?.getUserMedia === undefined) return "unsupported";
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  return Object.hasOwn(CAUSES, name) ? CAUSES[name] : "unknown";
}
