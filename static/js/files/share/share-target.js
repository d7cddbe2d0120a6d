/** Files from the system's share sheet, which `service-worker.js` keeps in this browser until they are sent, for a day at most. */

import { inRecords } from "../../lib/records.js";
import { tabStorage } from "../../lib/storage.js";
import { hasServiceWorker, readyServiceWorker } from "./service-worker-client.js";

/** @import { SelectedFile } from "../protocol/metadata.js" */

const PLACE = Object.freeze({ database: "meeting-point-shared", store: "shared", keyPath: "id" });
const ID = "shared";
const KEPT_MS = 24 * 3600_000;

/** Installs the service worker before anything is shared, and removes what is too old. */
export function prepareSharing() {
  void sharedFiles();
  if (hasServiceWorker()) readyServiceWorker().catch(() => {});
}

/** @returns {Promise<SelectedFile[]>} the files that wait to be sent */
export async function sharedFiles() {
  const found = await inRecords(PLACE, "readonly", (store) => store.get(ID)).catch(() => undefined);
  if (!found) return [];
  if (Date.now() - found.at < KEPT_MS) return found.files.map((/** @type {File} */ file) => ({ file, path: [] }));
  await forgetShared();
  return [];
}

/**
 * Notes that this tab carries the shared files to a room: the URL of the room alone does not.
 * @param {boolean} [pressed] true: the person has chosen the room; omitted: only asks @returns {boolean} whether they have
 */
export function sharingHere(pressed) {
  if (pressed) tabStorage.save(PLACE.database, "1");
  return tabStorage.load(PLACE.database) !== null;
}

export async function forgetShared() {
  await inRecords(PLACE, "readwrite", (store) => store.delete(ID)).catch(() => {});
}
