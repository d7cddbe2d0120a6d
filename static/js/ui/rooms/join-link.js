/** Links to a call (`data-join`: the room's slug) that join at once where name and devices are known. */

import { requestJoin } from "../../call/join-request.js";

/** Handles a click anywhere: only a plain click on such a link, in this tab, is a wish to join. @param {MouseEvent} event */
export function requestJoinByLink(event) {
  const link = event.target instanceof Element ? event.target.closest("a[data-join]") : null;
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.defaultPrevented;
  if (link instanceof HTMLAnchorElement && !elsewhere) requestJoin(link.dataset.join ?? "");
}
