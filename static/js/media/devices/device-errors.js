/** Maps errors of `getUserMedia` to causes, whatever the browser calls them. */

/**
 * denied: by the person, the browser or the system · absent: not connected · busy: in use by another program ·
 * insecure: the page is not on HTTPS · unsupported: this browser has no media devices
 * @typedef {"denied" | "absent" | "busy" | "insecure" | "unsupported" | "unknown"} DeviceCause
 */

/** Names from Media Capture and Streams §10.2, and those of older browsers. @type {Record<string, DeviceCause>} */
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

/** @param {unknown} error of `getUserMedia`; a TypeError when there is no `mediaDevices` @returns {DeviceCause} */
export function deviceCause(error) {
  if (globalThis.isSecureContext === false) return "insecure";
  if (globalThis.navigator?.mediaDevices?.getUserMedia === undefined) return "unsupported";
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  return Object.hasOwn(CAUSES, name) ? CAUSES[name] : "unknown";
}
