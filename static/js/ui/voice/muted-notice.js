/** "You're muted", to a person who speaks: at most once a minute, and only where they may turn the microphone on. */

import { MutedSpeech } from "../../media/voice/muted-speech.js";
import { text } from "../lib/page.js";
import { clearToasts, toast } from "../lib/toasts.js";
import { keyName } from "./push-form.js";
import { noticeSettings, pushSettings } from "./voice-settings.js";

/** @import { DeviceControls } from "../devices/device-controls.js" */

const INTERVAL_MS = 60_000;
const SUBJECT = "muted";

/** @param {DeviceControls} devices @param {{mayTalk: () => boolean, signal: AbortSignal}} options */
export function showMutedNotice(devices, { mayTalk, signal }) {
  const { media } = devices;
  const speech = new MutedSpeech();
  let shownAt = -Infinity;
  const watch = () => {
    const wanted = noticeSettings.value.on && media.muted && mayTalk();
    speech.watch(wanted ? media.audioTrack : null);
    if (!wanted) clearToasts(SUBJECT);
  };
  speech.on("speech", () => {
    if (performance.now() - shownAt < INTERVAL_MS) return;
    shownAt = performance.now();
    const message = pushSettings.value.talk ? text("muted.speaking.push", { key: keyName() }) : text("muted.speaking");
    toast(message, { label: text("muted.turn-on"), run: () => void media.setMuted(false) }, SUBJECT);
  });
  devices.on("changed", watch, { signal });
  noticeSettings.on("changed", watch, { signal });
  signal.addEventListener("abort", () => speech.stop());
  watch();
}
