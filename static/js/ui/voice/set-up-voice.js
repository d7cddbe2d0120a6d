/** How a person speaks and listens in a call. */

import { mayDo } from "../../hosts/host-controls.js";
import { showMutedNotice } from "./muted-notice.js";
import { setUpNewsForm } from "./news-form.js";
import { playNewsSounds } from "./news-sounds.js";
import { setUpPersonVolume } from "./person-volume.js";
import { setUpPushForm } from "./push-form.js";
import { listenForPush } from "./push-keys.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Chat } from "../../chat/chat.js" */
/** @import { HostControls } from "../../hosts/host-controls.js" */
/** @import { MediaOutputs } from "../../media/playback/media-outputs.js" */
/** @import { DeviceControls } from "../devices/device-controls.js" */

/** @param {CallSession} session @param {{devices: DeviceControls, controls: HostControls, outputs: MediaOutputs, chat: Chat}} call @param {AbortSignal} signal */
export function setUpVoice(session, { devices, controls, outputs, chat }, signal) {
  const mayTalk = () => mayDo(controls.rights.value, "microphone", session.self);
  setUpPersonVolume(session, signal);
  setUpPushForm(signal);
  setUpNewsForm(signal);
  playNewsSounds(session, { chat, outputs }, signal);
  listenForPush(devices, signal);
  showMutedNotice(devices, { mayTalk, signal });
}
