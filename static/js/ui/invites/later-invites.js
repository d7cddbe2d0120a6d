/** What creates links on the page of a call. It is loaded once the page has nothing else to do: its controls are disabled until then. */

import { idle } from "../lib/idle.js";

/** @type {() => void} */
let start;
/** @type {Promise<void>} */
const started = new Promise((resolve) => (start = resolve));

export function loadInvites() {
  start();
  void load();
}

/** Lets it follow the room. @param {{epoch?: number, joinRule?: string}} room what has changed */
export async function refreshInvites(room) {
  await started;
  const loaded = await load();
  loaded?.refreshInvites(room);
}

/** Null: it could not be loaded, and a later try may. */
async function load() {
  await idle();
  return import("./refresh-invites.js").catch(() => null);
}
