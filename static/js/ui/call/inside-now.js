/**
 * Keeps up to date who is inside, and shows a host who knocks, while a person is on the page before the call. Where this browser has
 * the room's key, it reads the names; the server does not know them.
 */

import { RoomsWatch } from "../../call/rooms-watch.js";
import { WatchSocket } from "../../signaling/watch-socket.js";
import { text } from "../lib/page.js";
import { alertToKnocks } from "../rooms/knock-alerts.js";
import { showInside } from "./room-details.js";

/** @import { PageState } from "../../call/page-state.js" */
/** @import { MediaOutputs } from "../../media/playback/media-outputs.js" */
/** @import { CallPageData } from "../lib/page.js" */

/** Only people with an account can follow it. @param {CallPageData} page @param {PageState} pageState @param {MediaOutputs} outputs */
export function watchInside({ slug, signedIn, inside }, pageState, outputs) {
  if (!signedIn || inside === null || slug === "") return;
  const socket = new WatchSocket({ url: "/ws/rooms" });
  const watch = new RoomsWatch(socket, { nameless: text("nameless") });
  watch.on("viewed", ({ view }) => {
    if (view.slug === slug) showInside({ count: view.inside - (view.self ? 1 : 0), names: view.names });
  });
  /** @type {AbortController | null} */
  let alerts = null;
  const follow = () => {
    alerts?.abort();
    alerts = null;
    // In the call its own lobby alerts take over.
    if (pageState.current !== "prejoin") return socket.stop();
    alerts = new AbortController();
    alertToKnocks(watch, { roomName: () => "", words: text, only: slug, outputs, signal: alerts.signal });
    socket.start();
  };
  pageState.on("changed", follow);
  follow();
}
