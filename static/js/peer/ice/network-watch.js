/**
 * Notices what may have changed about the network, before anything has failed: it is back, it is another one, or the
 * page is in front again after the machine may have slept.
 */

import { Emitter } from "../../lib/emitter.js";

/**
 * @typedef {object} NetworkWatchEvents
 * @property {void} changed the network may be another one
 */

/** @extends {Emitter<NetworkWatchEvents>} */
export class NetworkWatch extends Emitter {
  /** @param {AbortSignal} signal */
  constructor(signal) {
    super();
    const changed = () => this.emit("changed");
    addEventListener("online", changed, { signal });
    addEventListener("pageshow", changed, { signal });
    document.addEventListener("visibilitychange", () => !document.hidden && changed(), { signal });
    // Not in Firefox and Safari: there, the silence that follows says it.
    const { connection } = /** @type {{connection?: EventTarget}} */ (navigator);
    connection?.addEventListener("change", changed, { signal });
  }
}
