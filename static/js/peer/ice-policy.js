/**
 * Whether one's internet address is hidden: then connections go through the relay (TURN) server only, RFC 8828 §5.2 mode 4.
 *
 * @module
 */

const KEPT_AS = "meeting-point.hide-address";

/**
 * Says whether there is a relay server among these.
 *
 * @param {RTCIceServer[]} servers
 * @returns {boolean}
 */
export function hasRelay(servers) {
  return servers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/i.test(url)));
}

/** Recalls this browser's own choice. */
export function recallHidden() {
  try {
    return localStorage.getItem(KEPT_AS) === "yes";
  } catch {
    return false;
  }
}

/**
 * Remembers this browser's own choice.
 *
 * @param {boolean} hidden
 */
export function keepHidden(hidden) {
  try {
    if (hidden) localStorage.setItem(KEPT_AS, "yes");
    else localStorage.removeItem(KEPT_AS);
  } catch {
    // Storage is blocked: the choice holds for this visit.
  }
}
