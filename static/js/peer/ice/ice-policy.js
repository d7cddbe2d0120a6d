/** Whether this person hides their IP address: connections then use a TURN relay only (RFC 8828 §5.2, mode 4). */

const STORAGE_KEY = "meeting-point.hide-address";

/** @param {RTCIceServer[]} servers @returns {boolean} */
export function hasRelay(servers) {
  return servers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/i.test(url)));
}

export function loadHidden() {
  try {
    return localStorage.getItem(STORAGE_KEY) === "yes";
  } catch {
    return false;
  }
}

/** @param {boolean} hidden */
export function saveHidden(hidden) {
  try {
    if (hidden) localStorage.setItem(STORAGE_KEY, "yes");
    else localStorage.removeItem(STORAGE_KEY);
  } catch {
    // Storage is blocked: the choice lasts for this visit.
  }
}
