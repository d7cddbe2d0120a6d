/**
 * Push-to-talk and push-to-mute: by the chosen key, or by a long press on the microphone button. The window's loss of focus
 * releases, because the key may be released elsewhere.
 */

import { isElement } from "../../lib/element-type.js";
import { PushHold } from "./push-hold.js";
import { pushSettings } from "./voice-settings.js";

/** @import { DeviceControls } from "../devices/device-controls.js" */

const FIELDS = "input, select, textarea, dialog, [contenteditable]";
/** The space bar has a meaning of its own there. */
const CONTROLS = `${FIELDS}, button, a[href], summary, [popover], [tabindex]:not([tabindex="-1"])`;
/** They write nothing, so they work in fields as well. */
const FUNCTION_KEYS = /^F\d+$/;
const LONG_PRESS_MS = 350;
/** With these a key is a command of the browser or the system. */
const MODIFIERS = /^(Control|Alt|Meta|OS)/;

/** That of the call that runs. @type {PushHold | null} */
let current = null;

/** @param {DeviceControls} devices @param {AbortSignal} signal */
export function listenForPush(devices, signal) {
  const { media } = devices;
  const hold = new PushHold(media);
  current = hold;
  devices.on("changed", () => hold.check(), { signal });
  devices.on("muted-by-host", () => hold.cancel(), { signal });
  listenToKey(hold, globalThis.window, signal);
  listenToButton(hold, signal);
  const release = () => hold.release();
  document.addEventListener("visibilitychange", () => document.hidden && release(), { signal });
  // Who joins again later is as they were before the press.
  signal.addEventListener("abort", release);
}

/** The key works in another window of the call, too. @param {Window} page @param {AbortSignal} signal */
export function listenForPushIn(page, signal) {
  if (current) listenToKey(current, page, signal);
}

/** @param {PushHold} hold @param {Window} page @param {AbortSignal} signal */
function listenToKey(hold, page, signal) {
  let pressed = "";
  // The focus may have moved meanwhile: a key that is held for speaking types nothing and presses nothing there.
  page.addEventListener("keydown", (event) => {
    if (!event.repeat || event.code !== pressed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { signal, capture: true });
  page.document.addEventListener("keydown", (event) => {
    const { talk, mute, code } = pushSettings.value;
    if (event.code !== code || event.defaultPrevented || !(talk || mute) || isCommand(event) || isUsed(event)) return;
    event.preventDefault();
    if (!event.repeat && hold.press({ talk, mute })) pressed = code;
  }, { signal });
  page.addEventListener("keyup", (event) => {
    // macOS does not report the release of another key while Command is down.
    if (pressed === "" || (event.code !== pressed && event.key !== "Meta")) return;
    if (event.code === pressed) event.preventDefault();
    pressed = "";
    hold.release();
  }, { signal, capture: true });
  const lose = () => {
    pressed = "";
    hold.release();
  };
  page.addEventListener("blur", lose, { signal });
  // A window that is closed reports no release.
  signal.addEventListener("abort", () => pressed !== "" && lose());
}

/** @param {KeyboardEvent} event */
function isCommand({ code, ctrlKey, altKey, metaKey }) {
  return (ctrlKey || altKey || metaKey) && !MODIFIERS.test(code);
}

/** Whether the key belongs to what has the focus. @param {KeyboardEvent} event */
function isUsed({ target, code }) {
  if (FUNCTION_KEYS.test(code)) return false;
  if (!isElement(target, Element) || target.checkVisibility?.() === false) return false;
  return target.closest(code === "Space" ? CONTROLS : FIELDS) !== null;
}

/** @param {PushHold} hold @param {AbortSignal} signal */
function listenToButton(hold, signal) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let held = false;
  document.addEventListener("pointerdown", ({ target, button }) => {
    clearTimeout(timer);
    held = false;
    if (button !== 0 || !(target instanceof Element) || !target.closest("button[data-toggle=microphone]")) return;
    timer = setTimeout(() => (held = hold.press(pushSettings.value)), LONG_PRESS_MS);
  }, { signal });
  const end = () => {
    clearTimeout(timer);
    if (held) hold.release();
  };
  addEventListener("pointerup", end, { signal, capture: true });
  // No click follows these.
  const giveUp = () => {
    end();
    held = false;
  };
  addEventListener("pointercancel", giveUp, { signal, capture: true });
  addEventListener("blur", giveUp, { signal });
  // The click that ends a long press would toggle the microphone.
  document.addEventListener("click", (event) => {
    if (held) event.stopImmediatePropagation();
    held = false;
  }, { signal, capture: true });
}
