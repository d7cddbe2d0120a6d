/** Push-to-talk and its key, and the notice for those who speak while muted, in the dialog "Audio and video". */

import { shortcutLetter } from "../../lib/keyboard.js";
import { say } from "../lib/announcer.js";
import { byId, find, part, text } from "../lib/page.js";
import { noticeSettings, pushSettings } from "./voice-settings.js";

/** They close, move on or press. */
const TAKEN = /^(Escape|Tab|Enter|NumpadEnter|Meta\w*|OS\w*|Arrow\w+|)$/;
/** Shortcuts of the call, whatever place the keyboard has for them (see `listenForKeys`). */
const SHORTCUTS = "cdfhilmpv";

/** @param {AbortSignal} signal */
export function setUpPushForm(signal) {
  const root = byId("push-form", HTMLElement);
  const button = part(root, "key", HTMLButtonElement);
  const help = part(root, "key-help");
  let choosing = false;

  const show = () => {
    const { value } = pushSettings;
    for (const way of /** @type {const} */ (["talk", "mute"])) find(root, `[data-push=${way}]`, HTMLInputElement).checked = value[way];
    part(root, "notice", HTMLInputElement).checked = noticeSettings.value.on;
    const key = keyName();
    button.textContent = choosing ? text("push.press") : key;
    button.setAttribute("aria-label", choosing ? text("push.press") : text("push.key", { key }));
    const shortcut = byId("push-shortcut", HTMLElement);
    shortcut.hidden = !value.talk && !value.mute;
    find(shortcut, "kbd", HTMLElement).textContent = key;
    find(shortcut, "dd", HTMLElement).textContent = text(value.talk && value.mute ? "push.both" : value.mute ? "push.mute" : "push.talk");
  };
  /** @param {boolean} now */
  const setChoosing = (now) => {
    choosing = now;
    show();
  };
  root.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    const way = target.dataset.push;
    if (way) pushSettings.change({ [way]: target.checked });
    else noticeSettings.change({ on: target.checked });
  }, { signal });
  button.addEventListener("click", () => {
    help.textContent = "";
    setChoosing(!choosing);
    if (choosing) say(text("push.press"));
  }, { signal });
  button.addEventListener("blur", () => choosing && setChoosing(false), { signal });
  button.addEventListener("keydown", (event) => {
    if (!choosing || event.repeat) return;
    event.preventDefault();
    event.stopPropagation();
    const { code, key } = event;
    const label = code === "Space" ? "" : key.length === 1 ? key.toUpperCase() : key;
    const letter = shortcutLetter(event);
    if (TAKEN.test(code) || (letter !== "" && SHORTCUTS.includes(letter))) help.textContent = code === "Escape" ? "" : text("push.taken", { key: label });
    else pushSettings.change({ code, label });
    setChoosing(false);
    if (code === pushSettings.value.code) say(text("push.key", { key: keyName() }));
  }, { signal });
  // The space bar clicks a button when it is released.
  button.addEventListener("keyup", (event) => event.preventDefault(), { signal });
  pushSettings.on("changed", show, { signal });
  show();
}

/** @returns {string} what people call the chosen key */
export function keyName() {
  return pushSettings.value.label || text("push.space");
}
