/** Saves received files. The page never opens a file, and saves none for which no button was pressed. */

import { safeName } from "../../files/protocol/safe-name.js";
import { removeLeftovers } from "../../files/save/leftovers.js";
import { PickedFolder } from "../../files/save/picked-folder.js";
import { ReplacedFile } from "../../files/save/replaced-file.js";
import { saveFiles } from "../../files/save/save.js";
import { CopyError, writeFiles } from "../../files/save/write-files.js";
import { reasonOf } from "../../files/storage/sinks.js";
import { text } from "../lib/page.js";
import { toast } from "../lib/toasts.js";

/** @import { Transfer } from "../../files/protocol/transfer.js" */
/** @import { Destination } from "../../files/receive/destination.js" */
/** @import { SavedEntry } from "../../files/save/read-ahead.js" */
/** @import { Outcome } from "../../files/save/save.js" */
/** @import { TransferItem } from "./transfer-item.js" */
/** @typedef {{signal?: AbortSignal, onProgress?: (bytes: number) => void}} Options signal: cancels; onProgress: with the bytes so far */

const SHOWN_MS = 250;

/** Asks where to save the files of an offer. @param {Transfer} transfer @returns {Promise<Destination | null>} null: cancelled */
export async function chooseDestination({ count, entries: [{ head }] }) {
  if (count > 1 || head.folder) {
    const place = await pickFolder();
    return place && { kind: "picked", place };
  }
  try {
    const handle = await /** @type {any} */ (globalThis).showSaveFilePicker({ suggestedName: head.name });
    return { kind: "picked", place: new ReplacedFile(handle) };
  } catch {
    return null;
  }
}

/**
 * Saves the received files of a transfer, showing how far it is.
 * @param {TransferItem} item @param {{choose?: boolean, onChanged?: () => void}} [options] choose: where @returns {Promise<Outcome>} null: not saved
 */
export async function saveItem(item, { choose = false, onChanged = () => {} } = {}) {
  if (item.saving) return null;
  const entries = receivedOf(item.transfer);
  const place = choose ? await pickFolder() : null;
  if (entries.length === 0 || (choose && !place)) return null;
  const abort = new AbortController();
  const saving = (item.saving = { moved: 0, cancel: () => abort.abort() });
  const timer = setInterval(onChanged, SHOWN_MS);
  const onProgress = (/** @type {number} */ bytes) => void (saving.moved = bytes);
  try {
    const options = { signal: abort.signal, onProgress };
    const where = place && (await copyTo(place, entries, options));
    /** @type {Outcome} */
    const copied = where === null ? null : "saved";
    const outcome = place ? copied : await saveEntries(entries, item.who.name, options);
    if (outcome) item.markSaved(where ?? "");
    return outcome;
  } finally {
    clearInterval(timer);
    item.saving = null;
    onChanged();
  }
}

/**
 * Saves files to the browser's downloads, and says what is wrong if one cannot be read.
 * @param {SavedEntry[]} entries @param {string} from the sender's name @param {Options} [options] @returns {Promise<Outcome>}
 */
export async function saveEntries(entries, from, options) {
  try {
    return await saveFiles(entries, { ...options, archive: archiveName(entries, from) });
  } catch (error) {
    explain(error);
    return null;
  }
}

/**
 * Asks for a folder and copies files there.
 * @param {() => Promise<SavedEntry[]>} open called once the folder is chosen: the browser shows its dialog only right after a press
 * @param {Options} [options] @returns {Promise<string | null>} where; null: cancelled, or failed, which it says
 */
export async function saveEntriesTo(open, options) {
  const place = await pickFolder();
  return place && copyTo(place, await open(), options);
}

/** @param {PickedFolder} place @param {SavedEntry[]} entries @param {Options} [options] @returns {Promise<string | null>} */
async function copyTo(place, entries, options) {
  try {
    return await writeFiles(place, entries, options);
  } catch (error) {
    explain(error);
    return null;
  }
}

/** Needs a press. @returns {Promise<PickedFolder | null>} null: cancelled */
async function pickFolder() {
  try {
    const folder = await /** @type {any} */ (globalThis).showDirectoryPicker({ mode: "readwrite" });
    // It may be one that an earlier visit could not clean.
    await removeLeftovers();
    return new PickedFolder(folder);
  } catch {
    return null;
  }
}

/** @param {unknown} error */
function explain(error) {
  const { message, cause } = /** @type {Error} */ (error);
  toast(text(error instanceof CopyError ? `save.failed.${reasonOf(cause)}` : "save.lost", { name: message }));
}

/** @param {Transfer} transfer @returns {SavedEntry[]} */
function receivedOf({ entries }) {
  const done = entries.filter(({ head, status, result }) => status === "done" && (head.folder || result !== null));
  return done.map(({ head: { name, path, modified, folder }, result }) => ({ name, path, modified, folder, blob: folder ? null : result }));
}

/** @param {SavedEntry[]} entries @param {string} from @returns {string} the folder that holds all of them, or the sender */
function archiveName(entries, from) {
  const tops = new Set(entries.map(({ path, name }) => path[0] ?? name));
  const inFolder = tops.size === 1 && entries.every(({ path, folder }) => path.length > 0 || folder);
  const [stem] = inFolder ? tops : [safeName(text("save.archive", { name: from }))];
  return `${stem}.zip`;
}
