/** Leaving a browser: what waits in it is taken back, and the people it has met are forgotten. */

import { withdraw } from "./announcements.js";
import { forgetPeopleMet } from "./people-met.js";
import { WaitingStore } from "./waiting-store.js";

/** @returns {Promise<number>} of transfers whose files wait here */
export async function countWaiting() {
  const store = new WaitingStore();
  const waiting = (await store.all()).filter(({ outcome }) => outcome === "");
  store.close();
  return waiting.length;
}

/** The server is asked while the person is still signed in; what it does not hear of expires. @returns {Promise<void>} */
export async function forgetWaiting() {
  const store = new WaitingStore();
  const all = await store.all();
  await Promise.all(all.map(({ id }) => store.remove(id)));
  store.close();
  await Promise.all(all.filter(({ outcome }) => outcome === "").map(({ room, id }) => withdraw(room, id).catch(() => false)));
  await forgetPeopleMet();
}
