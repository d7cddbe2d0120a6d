/**
 * Push-to-talk and push-to-mute: by the chosen key, or by a long press on the microphone button. The window's loss of focus
 * releases, because the key may be released elsewhere.
 */

import { PushHold } from "./push-hold.js";
import { pushSettings } from "./voice-settings.js";

/** @import { DeviceControls } from "../devices/device-controls.js" */

const FIELDS = "input, select, textarea, dialog, [contenteditable]";
/** The space bar has a meaning of its own there. */
const CONTROLS = `${FIELDS}, button, a[href], summary, [popover], [tabindex]:not([tabindex="-1"])`;
const LONG_PRESS_MS = 350;

/** @param {DeviceControls} devices @param {AbortSignal} signal */
export function listenForPush(devices, signal) {
  const { media } = devices;
  const hold = new PushHold(media);
  devices.on("changed", () => hold.check(), { signal });
  devices.on("muted-by-host", () => hold.cancel(), { signal });
  listenToKey(hold, signal);
  listenToButton(hold, signal);
  const release = () => hold.release();
  addEventListener("blur", release, { signal });
  document.addEventListener("visibilitychange", () => document.hidden && release(), { signal });
  signal.addEventListener("abort", () => hold.cancel());
}

/** @param {PushHold} hold @param {AbortSignal} signal */
function listenToKey(hold, signal) {
  let pressed = "";
  document.addEventListener("keydown", (event) => {
    const { talk, mute, code } = pushSettings.value;
    if (event.code !== code || event.defaultPrevented || !(talk || mute) || isUsed(event)) return;
    event.preventDefault();
    if (!event.repeat && hold.press({ talk, mute })) pressed = code;
  }, { signal });
  addEventListener("keyup", ({ code }) => {
    if (code !== pressed) return;
    pressed = "";
    hold.release();
  }, { signal, capture: true });
}

/** Whether the key belongs to what has the focus. @param {KeyboardEvent} event */
function isUsed({ target, code }) {
  if (!(target instanceof Element) || target.checkVisibility?.() === false) return false;
  return target.closest(code === "Space" ? CONTROLS : FIELDS) !== null;
}

/** @param {PushHold} hold @param {AbortSignal} signal */
function listenToButton(hold, signal) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let held = false;
  document.addEventListener("pointerdown", ({ target, button }) => {
    held = false;
    if (button !== 0 || !(target instanceof Element) || !target.closest("button[data-toggle=microphone]")) return;
    timer = setTimeout(() => (held = hold.press(pushSettings.value)), LONG_PRESS_MS);
  }, { signal });
  for (const type of ["pointerup", "pointercancel"]) {
    addEventListener(type, () => {
      clearTimeout(timer);
      if (held) hold.release();
    }, { signal, capture: true });
  }
  // The click that ends a long press would toggle the microphone.
  document.addEventListener("click", (event) => {
    if (held) event.stopImmediatePropagation();
    held = false;
  }, { signal, capture: true });
}
