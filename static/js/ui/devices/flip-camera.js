/** "Flip camera": one press from the camera in front to the one behind. Shown only where there are two. */

import { facingOfDevice, otherCamera } from "../../media/devices/facing.js";
import { text } from "../lib/page.js";

/** @import { LocalMedia } from "../../media/devices/local-media.js" */

/** @param {LocalMedia} media @param {(message: string) => void} announce says which camera is chosen while none is on */
export function setUpFlipCamera(media, announce) {
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-flip]"));
  /** @type {MediaDeviceInfo[]} */
  let cameras = [];

  const other = () => {
    const current = media.usedDevice("video") ?? media.choiceOf("video").deviceId;
    const id = otherCamera(cameras.map(facingOfDevice), current, navigator.maxTouchPoints > 0);
    return cameras.find(({ deviceId }) => deviceId === id);
  };
  media.on("devices", ({ video }) => {
    cameras = video;
    const hidden = other() === undefined;
    for (const button of buttons) button.hidden = hidden;
  });
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const next = other();
      if (next === undefined) return;
      void media.selectDevice("video", next.deviceId);
      if (!media.wants("video")) announce(text("device.flipped", { name: next.label }));
    });
  }
}
