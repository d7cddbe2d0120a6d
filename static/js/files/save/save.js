/** Saves received files to the browser's downloads: one as itself, several as one ZIP archive with their folders. */

import { hasServiceWorker } from "../share/service-worker-client.js";
import { Download } from "./download.js";
import { readAhead } from "./read-ahead.js";
import { zipBlob, zipBytes, zipLength } from "./zip.js";

/** @import { Bytes } from "../../lib/encoding.js" */
/** @import { SavedEntry } from "./read-ahead.js" */
/**
 * `saved`: the browser has taken the last byte; `handed`: it was given a link to the file, and nothing more is known; null: cancelled.
 * @typedef {"saved" | "handed" | null} Outcome
 */

/** The browser opens the file after the click; a minute is enough, and closing the tab frees it anyway. */
const LINK_MS = 60_000;

/** @typedef {{archive: string, signal?: AbortSignal, onProgress?: (bytes: number) => void}} SaveOptions archive: name of the ZIP; signal: cancels; onProgress: with the bytes so far */

/**
 * @param {SavedEntry[]} entries @param {SaveOptions} options @returns {Promise<Outcome>} @throws {DOMException} NotReadableError: its message is the path of the file that cannot be read
 */
export async function saveFiles(entries, { archive, signal, onProgress = () => {} }) {
  if (entries.length === 0) return null;
  const [{ name, blob }] = entries;
  const single = entries.length === 1 && blob !== null ? { name, blob } : null;
  const download = await startDownload(single?.name ?? archive, single?.blob.size ?? zipLength(entries));
  if (download) return feed(download, single ? pieces(entries) : zipBytes(entries), signal, onProgress);
  const whole = single?.blob ?? (await zipBlob(entries));
  if (signal?.aborted) return null;
  handOver(single?.name ?? archive, whole);
  return "handed";
}

/** @param {string} name @param {number} size @returns {Promise<Download | null>} null: no service worker, as in some private windows */
async function startDownload(name, size) {
  return hasServiceWorker() ? Download.start(name, size).catch(() => null) : null;
}

/**
 * @param {Download} download @param {AsyncIterable<Bytes>} source @param {AbortSignal | undefined} signal @param {(bytes: number) => void} onProgress
 * @returns {Promise<Outcome>}
 */
async function feed(download, source, signal, onProgress) {
  const cancel = () => download.abort();
  signal?.addEventListener("abort", cancel, { once: true });
  if (signal?.aborted) cancel();
  let gone = 0;
  try {
    for await (const bytes of source) {
      const { length } = bytes;
      await download.push(bytes);
      gone += length;
      onProgress(gone);
    }
    await download.close();
    return "saved";
  } catch (error) {
    download.abort();
    if (error instanceof DOMException) throw error;
    return null;
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}

/** @param {SavedEntry[]} entries @returns {AsyncGenerator<Bytes>} */
async function* pieces(entries) {
  for await (const { bytes } of readAhead(entries)) if (bytes.length > 0) yield bytes;
}

/** @param {string} name @param {Blob} blob */
function handOver(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), LINK_MS);
}
