/** Whether this person hides their IP address: connections then use a TURN relay only (RFC 8828 §5.2, mode 4). */

import { browserStorage } from "../../lib/storage.js";

const STORAGE_KEY = "meeting-point.hide-address";

/** @param {RTCIceServer[]} servers @returns {boolean} */
export function hasRelay(servers) {
  return servers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/i.test(url)));
}

export function loadHidden() {
  return browserStorage.load(STORAGE_KEY) === "yes";
}

/** @param {boolean} hidden */
export function saveHidden(hidden) {
  browserStorage.save(STORAGE_KEY, hidden ? "yes" : null);
}
