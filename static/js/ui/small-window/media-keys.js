/** Keys of headsets and keyboards, and buttons in windows of the browser, for the microphone, the camera and leaving (Media Session). */

import { byId, find } from "../lib/page.js";

/** @import { DeviceControls } from "../devices/device-controls.js" */

/** Buttons of the page, by action. */
const BUTTONS = Object.freeze({ togglemicrophone: "[data-toggle=microphone]", togglecamera: "[data-toggle=camera]", hangup: "[data-action=leave]" });

/**
 * @param {string} action @param {MediaSessionActionHandler | null} handler
 * @returns {boolean} whether the browser knows the action
 */
export function handleAction(action, handler) {
  try {
    navigator.mediaSession.setActionHandler(/** @type {MediaSessionAction} */ (action), handler);
    return true;
  } catch {
    return false;
  }
}

/** @param {DeviceControls} devices @param {AbortSignal} signal */
export function setUpMediaKeys(devices, signal) {
  const { mediaSession } = navigator;
  if (!mediaSession) return;
  for (const [action, selector] of Object.entries(BUTTONS)) {
    handleAction(action, () => {
      find(byId("stage", HTMLElement), `.tool${selector}`, HTMLButtonElement).click();
      if (document.querySelector("dialog:modal")) globalThis.focus();
    });
  }
  const show = () => {
    const { muted, camera } = devices.presence;
    mediaSession.setMicrophoneActive?.(!muted);
    mediaSession.setCameraActive?.(camera);
  };
  devices.on("changed", show, { signal });
  show();
  signal.addEventListener("abort", () => {
    for (const action of Object.keys(BUTTONS)) handleAction(action, null);
  });
}
