/** What the system's share sheet handed over: kept in this browser by `service-worker.js` until it is sent, for a day at most. */

import { inRecords } from "../../lib/records.js";
import { hasServiceWorker, readyServiceWorker } from "./service-worker-client.js";

/** @import { SelectedFile } from "../protocol/metadata.js" */

const PLACE = Object.freeze({ database: "meeting-point-shared", store: "shared", keyPath: "id" });
const ID = "shared";
const KEPT_MS = 24 * 3600_000;

/** Gets the service worker, so that it is there when something is shared; what is too old goes. */
export function prepareSharing() {
  void sharedFiles();
  if (hasServiceWorker()) readyServiceWorker().catch(() => {});
}

/**
 * Finds what waits to be sent.
 * @returns {Promise<SelectedFile[]>} empty when there is nothing
 */
export async function sharedFiles() {
  const found = await inRecords(PLACE, "readonly", (store) => store.get(ID)).catch(() => undefined);
  if (!found) return [];
  if (Date.now() - found.at < KEPT_MS) return found.files.map((/** @type {File} */ file) => ({ file, path: [] }));
  await forgetShared();
  return [];
}

/**
 * Notes that this tab is on its way to a room with what waits. An address alone does not bring it there.
 * @param {boolean} [pressed] true: the person has chosen the room; without it, only asks
 * @returns {boolean} whether they have
 */
export function sharingHere(pressed) {
  try {
    if (pressed) sessionStorage.setItem(PLACE.database, "1");
    return sessionStorage.getItem(PLACE.database) !== null;
  } catch {
    return false;
  }
}

/** Nothing of it waits any more. */
export async function forgetShared() {
  await inRecords(PLACE, "readwrite", (store) => store.delete(ID)).catch(() => {});
}
