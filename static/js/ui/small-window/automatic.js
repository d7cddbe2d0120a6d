/** The setting by which the small window opens itself when the person leaves the tab. Chromium asks the page to (Media Session). */

import { browserStorage } from "../../lib/storage.js";
import { byId } from "../lib/page.js";
import { handleAction } from "./media-keys.js";

const STORAGE_KEY = "small-window-automatic";
const ACTION = "enterpictureinpicture";

/** @param {{available: boolean, open: () => void}} window available: there are small windows @param {AbortSignal} signal */
export function setUpAutomatic({ available, open }, signal) {
  const box = byId("small-window-automatic", HTMLInputElement);
  const why = !available ? "none" : handleAction(ACTION, null) ? "" : "manual";
  box.disabled = why !== "";
  const notes = /** @type {NodeListOf<HTMLElement>} */ (box.closest("label")?.querySelectorAll("[data-why]") ?? []);
  for (const note of notes) note.hidden = note.dataset.why !== why;
  if (why !== "") return;
  const apply = () => handleAction(ACTION, box.checked ? open : null);
  box.checked = browserStorage.load(STORAGE_KEY) === "yes";
  apply();
  box.addEventListener("change", () => {
    browserStorage.save(STORAGE_KEY, box.checked ? "yes" : null);
    apply();
  }, { signal });
  signal.addEventListener("abort", () => handleAction(ACTION, null));
}
