/** What stays in this browser when a person signs out, and how to leave nothing. */

import { received } from "../../files/received/received-files.js";
import { RECEIVED_DATABASE } from "../../files/received/records.js";
import { forgetAllRooms, keptRooms } from "../../keys/kept/kept-rooms.js";
import { deleteDatabases } from "../../lib/records.js";
import { browserStorage, tabStorage } from "../../lib/storage.js";
import { countWaiting, forgetWaiting } from "../../waiting/forget-waiting.js";

/** @typedef {{files: number, bytes: number, rooms: number, waiting: number}} KeptHere files: received ones, with their bytes; waiting: transfers */

/** @returns {Promise<KeptHere>} */
export async function whatIsKept() {
  const [listed, rooms, waiting] = await Promise.all([
    received.list().catch(() => []),
    keptRooms().catch(() => []),
    countWaiting().catch(() => 0),
  ]);
  const files = listed.flatMap((one) => one.files);
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), rooms: rooms.length, waiting };
}

/** Every part is tried, also when another fails. Files that another tab is receiving stay with their records. @returns {Promise<void>} */
export async function forgetAllHere() {
  await Promise.allSettled([forgetAllRooms(), received.removeAll(), forgetWaiting()]);
  await deleteDatabases((name) => name === RECEIVED_DATABASE).catch(() => undefined);
  browserStorage.clear();
  tabStorage.clear();
}

/** @param {KeptHere} kept */
export function isAnything({ files, rooms, waiting }) {
  return files + rooms + waiting > 0;
}
