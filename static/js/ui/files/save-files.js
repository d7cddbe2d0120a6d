/** Saves received files. The page never opens a file, and saves none for which no button was pressed. */

import { safeName } from "../../files/protocol/safe-name.js";
import { saveFiles } from "../../files/save/save.js";
import { text } from "../lib/page.js";
import { toast } from "../lib/toasts.js";

/** @import { Transfer } from "../../files/protocol/transfer.js" */
/** @import { Destination } from "../../files/receive/destination.js" */
/** @import { SavedEntry } from "../../files/save/read-ahead.js" */
/** @import { Outcome, SaveOptions } from "../../files/save/save.js" */

/** Asks where to save the files of an offer. @param {Transfer} transfer @returns {Promise<Destination | null>} null: cancelled */
export async function chooseDestination({ count, entries }) {
  const pickers = /** @type {any} */ (globalThis);
  try {
    if (count > 1) return { kind: "folder", handle: await pickers.showDirectoryPicker({ mode: "readwrite" }) };
    return { kind: "file", handle: await pickers.showSaveFilePicker({ suggestedName: entries[0].head.name }) };
  } catch {
    return null;
  }
}

/** Saves all received files to the browser's downloads. @param {Transfer} transfer @param {string} from the sender's name @param {Partial<SaveOptions>} [options] */
export function saveAll({ entries }, from, options) {
  const received = entries.filter(({ status }) => status === "done").map(({ head, result }) => {
    const folder = /** @type {{folder?: boolean}} */ (head).folder === true;
    return { name: head.name, path: head.path, modified: head.modified, folder, blob: folder ? null : result };
  });
  return saveEntries(received.filter(({ folder, blob }) => folder || blob !== null), from, options);
}

/**
 * Saves files to the browser's downloads, and says what is wrong if one cannot be read.
 * @param {SavedEntry[]} entries @param {string} from the sender's name @param {Partial<SaveOptions>} [options] @returns {Promise<Outcome>}
 */
export async function saveEntries(entries, from, options) {
  try {
    return await saveFiles(entries, { ...options, archive: archiveName(entries, from) });
  } catch (error) {
    toast(text("files.news.lost", { name: /** @type {Error} */ (error).message }));
    return null;
  }
}

/** @param {SavedEntry[]} entries @param {string} from @returns {string} the folder that holds all of them, or the sender */
function archiveName(entries, from) {
  const tops = new Set(entries.map(({ path, name }) => path[0] ?? name));
  const folder = entries.every(({ path, folder: is }) => path.length > 0 || is) && tops.size === 1;
  const [stem] = folder ? tops : [safeName(text("files.archive", { name: from }))];
  return `${stem}.zip`;
}
