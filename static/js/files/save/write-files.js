/** Copies received files into a place that the person picked: all of them, or nothing. */

import { commonPlace } from "./picked-folder.js";
import { readAhead } from "./read-ahead.js";

/** @import { Place, Target } from "./picked-folder.js" */
/** @import { SavedEntry } from "./read-ahead.js" */

/** A file could not be written; its message is the path of the file, and its cause what the browser says. */
export class CopyError extends Error {}

/**
 * @param {Place} place @param {SavedEntry[]} entries @param {{signal?: AbortSignal, onProgress?: (bytes: number) => void}} [options] as of `saveFiles`
 * @returns {Promise<string | null>} where they are ("Documents/thesis (2)"); null: cancelled
 * @throws {DOMException} NotReadableError: its message is the path of a file that cannot be read @throws {CopyError}
 */
export async function writeFiles(place, entries, { signal, onProgress = () => {} } = {}) {
  /** @type {Map<SavedEntry, Target>} */
  const targets = new Map();
  let [gone, position] = [0, 0];
  let current = entries[0];
  try {
    for await (const { entry, bytes, first, last } of readAhead(entries.filter(({ folder }) => !folder))) {
      if (signal?.aborted) return null;
      current = entry;
      const target = targets.get(entry) ?? (await place.openFile(entry));
      targets.set(entry, target);
      if (first) position = 0;
      if (bytes.length > 0) await target.write(position, bytes);
      position += bytes.length;
      gone += bytes.length;
      onProgress(gone);
      if (last) await target.close();
    }
    if (signal?.aborted) return null;
    const places = [];
    for (const entry of entries) {
      current = entry;
      places.push(await (targets.get(entry)?.finish() ?? place.makeFolder(entry)));
    }
    return commonPlace(places);
  } catch (error) {
    if (/** @type {Error} */ (error).name === "NotReadableError") throw error;
    throw new CopyError([...current.path, current.name].join("/"), { cause: error });
  } finally {
    await place.end();
  }
}
