/** Notices possible network changes early: the network is back or another one, or the page is visible after a sleep. */

import { Emitter } from "../../lib/emitter.js";

/** @typedef {{changed: void}} NetworkWatchEvents the network may be another one */

/** @extends {Emitter<NetworkWatchEvents>} */
export class NetworkWatch extends Emitter {
  /** @param {AbortSignal} signal */
  constructor(signal) {
    super();
    const changed = () => this.emit("changed");
    addEventListener("online", changed, { signal });
    addEventListener("pageshow", changed, { signal });
    document.addEventListener("visibilitychange", () => !document.hidden && changed(), { signal });
    // Firefox and Safari lack this event: there, the silence that follows shows the change.
    const { connection } = /** @type {{connection?: EventTarget}} */ (navigator);
    connection?.addEventListener("change", changed, { signal });
  }
}
