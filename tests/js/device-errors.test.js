import assert from "node:assert/strict";
import { test } from "node:test";

import { deviceCause, findDeviceCause, mayOpenAlone } from "../../static/js/media/devices/device-errors.js";

const FIREFOX = "The request is not allowed by the user agent or the platform in the current context.";
const SAFARI = `${FIREFOX.slice(0, -1)}, possibly because the user denied permission.`;
const BY_POLICY = "Access to the feature \"display-capture\" is disallowed by permissions policy.";
const CHROMIUM_GESTURE = "Failed to execute 'getDisplayMedia' on 'MediaDevices': getDisplayMedia() requires transient activation (user gesture).";

/** Makes this process a page of a browser with these permissions. */
function browse(context, { permissions = {}, allowed = () => true, devices = { getUserMedia() {}, getDisplayMedia() {} }, secure = true } = {}) {
  const query = async ({ name }) => {
    if (!(name in permissions)) throw new TypeError(`'${name}' is not a valid value for enumeration PermissionName.`);
    return { state: permissions[name], addEventListener() {} };
  };
  const parts = { navigator: { mediaDevices: devices, permissions: { query } }, document: { featurePolicy: { allowsFeature: allowed } }, isSecureContext: secure };
  for (const [name, value] of Object.entries(parts)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    context.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]));
  }
}

test("each refusal is named by its true cause, by the error, its message and the permission", (context) => {
  browse(context);
  /** name, message, permission → cause of microphone and camera. */
  const table = [
    ["NotAllowedError", "Permission denied", "denied", "denied"],
    ["NotAllowedError", "Permission denied", "", "denied"],
    ["NotAllowedError", "Permission denied", "prompt", "dismissed"],
    ["NotAllowedError", "Permission dismissed", "prompt", "dismissed"],
    ["NotAllowedError", "Permission dismissed", "", "dismissed"],
    ["NotAllowedError", "Permission denied by system", "granted", "system"],
    ["NotAllowedError", "Permission denied by system", "prompt", "system"],
    ["NotAllowedError", FIREFOX, "denied", "denied"],
    ["NotAllowedError", FIREFOX, "prompt", "dismissed"],
    ["NotAllowedError", FIREFOX, "granted", "system"],
    ["NotAllowedError", FIREFOX, "", "denied"],
    ["NotAllowedError", SAFARI, "prompt", "denied"],
    ["NotAllowedError", SAFARI, "granted", "system"],
    ["NotAllowedError", BY_POLICY, "denied", "policy"],
    ["PermissionDeniedError", "", "", "denied"],
    ["PermissionDismissedError", "", "", "dismissed"],
    ["SecurityError", "", "", "policy"],
    ["NotFoundError", "Requested device not found", "granted", "absent"],
    ["NotFoundError", "The object can not be found here.", "", "absent"],
    ["OverconstrainedError", "", "granted", "absent"],
    ["NotReadableError", "Could not start video source", "granted", "busy"],
    ["NotReadableError", "Failed to allocate videosource", "", "busy"],
    ["TrackStartError", "", "", "busy"],
    ["AbortError", "Timeout starting video source", "granted", "failed"],
    ["AbortError", "Starting videoinput failed", "", "failed"],
    ["InvalidStateError", "getUserMedia requires transient activation from a user gesture.", "", "gesture"],
    ["InvalidStateError", "The object is in an invalid state.", "", "unknown"],
    ["NotSupportedError", "", "", "unsupported"],
    ["toString", "", "", "unknown"],
    ["Surprise", "Permission denied by system", "granted", "unknown"],
  ];
  for (const [name, message, permission, cause] of table) {
    for (const kind of ["audio", "video"]) {
      assert.equal(deviceCause(new DOMException(message, name), kind, permission), cause, `${name}: ${message} (${permission})`);
      assert.equal(deviceCause(Object.assign(new Error(message), { name }), kind, permission), cause, name);
    }
  }
  assert.equal(deviceCause("text"), "unknown");
});

test("a screen that is not shared was called off, or refused by system, policy or site", (context) => {
  browse(context);
  const table = [
    ["NotAllowedError", "Permission denied by user", "", "dismissed"],
    ["NotAllowedError", "Permission denied", "prompt", "dismissed"],
    ["NotAllowedError", FIREFOX, "", "dismissed"],
    ["NotAllowedError", SAFARI, "", "dismissed"],
    ["NotAllowedError", "Permission denied by system", "", "system"],
    ["NotAllowedError", "Permission denied", "denied", "denied"],
    ["NotAllowedError", BY_POLICY, "", "policy"],
    ["InvalidStateError", CHROMIUM_GESTURE, "", "gesture"],
    ["InvalidAccessError", "getDisplayMedia must be called from a user gesture handler.", "", "gesture"],
    ["NotReadableError", "Could not start video source", "", "busy"],
    ["NotFoundError", "", "", "absent"],
    ["AbortError", "", "", "failed"],
  ];
  for (const [name, message, permission, cause] of table) {
    assert.equal(deviceCause(new DOMException(message, name), "screen", permission), cause, `${name}: ${message} (${permission})`);
  }
});

test("a page that may not, cannot or is not safe says so before anything else", (context) => {
  const refused = new DOMException("Permission denied", "NotAllowedError");
  browse(context, { allowed: (feature) => feature !== "camera" });
  assert.deepEqual(["audio", "video", "screen"].map((kind) => deviceCause(refused, kind, "prompt")), ["dismissed", "policy", "dismissed"]);
  browse(context, { devices: { getUserMedia() {} } });
  assert.deepEqual(["audio", "screen"].map((kind) => deviceCause(refused, kind)), ["denied", "unsupported"]);
  browse(context, { devices: null });
  assert.equal(deviceCause(new TypeError("no mediaDevices")), "unsupported");
  browse(context, { devices: null, secure: false });
  assert.equal(deviceCause(new TypeError("no mediaDevices")), "insecure");
});

test("the browser is asked for its permission, and one that does not say is not relied on", async (context) => {
  const refused = new DOMException(FIREFOX, "NotAllowedError");
  browse(context, { permissions: { camera: "prompt", microphone: "granted" } });
  assert.equal(await findDeviceCause(refused, "video"), "dismissed");
  assert.equal(await findDeviceCause(refused, "audio"), "system");
  assert.equal(await findDeviceCause(refused, "screen"), "dismissed");
  browse(context, {});
  assert.equal(await findDeviceCause(refused, "video"), "denied");
  navigator.permissions = undefined;
  assert.equal(await findDeviceCause(refused, "video"), "denied");
});

test("what was refused together is opened alone only where that asks no second question", async (context) => {
  /** error, permissions of microphone and camera → whether the microphone is opened alone. */
  const table = [
    ["NotFoundError", "", "prompt", "prompt", true],
    ["NotReadableError", "Could not start video source", "granted", "granted", true],
    ["NotAllowedError", "Permission dismissed", "prompt", "prompt", false],
    ["NotAllowedError", "Permission denied", "denied", "denied", false],
    ["NotAllowedError", "Permission denied", "prompt", "denied", true],
    ["NotAllowedError", "Permission denied", "granted", "denied", true],
    ["NotAllowedError", "Permission denied", "granted", "prompt", true],
    ["NotAllowedError", "Permission denied by system", "granted", "granted", true],
    ["NotAllowedError", "Permission denied by system", "prompt", "prompt", false],
  ];
  for (const [name, message, microphone, camera, alone] of table) {
    browse(context, { permissions: { microphone, camera } });
    assert.equal(await mayOpenAlone(new DOMException(message, name), "audio"), alone, `${name}: ${message} (${microphone}, ${camera})`);
  }
  browse(context);
  assert.equal(await mayOpenAlone(new DOMException(FIREFOX, "NotAllowedError"), "audio"), false);
});
