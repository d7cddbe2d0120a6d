/** What creates links on the page of a call. It is loaded once that is alive: its controls are disabled until then. */

/** Null: it could not be loaded, and a later try may. */
export function loadInvites() {
  return import("./refresh-invites.js").catch(() => null);
}

/** Lets it follow the room. @param {{epoch?: number, joinRule?: string}} room what has changed */
export async function refreshInvites(room) {
  const loaded = await loadInvites();
  loaded?.refreshInvites(room);
}
