/** The checkbox by which a person lets others recognise this browser, in the dialog of the safety code and on the page of keys. */

import { deviceChoice } from "../../keys/kept/device-choice.js";

/** @param {ParentNode} root @param {boolean} signedIn @param {AbortSignal} [signal] */
export function showDeviceChoice(root, signedIn, signal) {
  for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll("[data-device-choice]"))) {
    const show = () => (box.checked = deviceChoice.mayRecognise(signedIn));
    show();
    box.addEventListener("change", () => deviceChoice.choose(box.checked), { signal });
    deviceChoice.addEventListener("changed", show, { signal });
  }
}
