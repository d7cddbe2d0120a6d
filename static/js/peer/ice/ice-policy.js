/** Whether one's internet address is hidden: then connections go through the relay (TURN) server only, RFC 8828 §5.2 mode 4. */

const STORAGE_KEY = "meeting-point.hide-address";

/** Says whether there is a relay server among these. @param {RTCIceServer[]} servers @returns {boolean} */
export function hasRelay(servers) {
  return servers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/i.test(url)));
}

/** Recalls this browser's own choice. */
export function loadHidden() {
  try {
    return localStorage.getItem(STORAGE_KEY) === "yes";
  } catch {
    return false;
  }
}

/** Remembers this browser's own choice. @param {boolean} hidden */
export function saveHidden(hidden) {
  try {
    if (hidden) localStorage.setItem(STORAGE_KEY, "yes");
    else localStorage.removeItem(STORAGE_KEY);
  } catch {
    // Storage is blocked: the choice holds for this visit.
  }
}
