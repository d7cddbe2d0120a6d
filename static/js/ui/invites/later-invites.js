/** What creates links on the page of a call. It is loaded once the page has nothing else to do: its controls are disabled until then. */

import { idle } from "../lib/idle.js";

/** Null: it could not be loaded, and a later try may. */
export async function loadInvites() {
  await idle();
  return import("./refresh-invites.js").catch(() => null);
}

/** Lets it follow the room. @param {{epoch?: number, joinRule?: string}} room what has changed */
export async function refreshInvites(room) {
  const loaded = await loadInvites();
  loaded?.refreshInvites(room);
}
