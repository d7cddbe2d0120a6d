/** ZIP archives of received files, of any size in little memory. */

import { concat } from "../../lib/encoding.js";
import { crc32 } from "./crc32.js";
import { readAhead } from "./read-ahead.js";
import { centralHeader, descriptor, endRecords, entryLength, localHeader, zipEntry } from "./zip-records.js";

/** @import { Bytes } from "../../lib/encoding.js" */
/** @import { SavedEntry } from "./read-ahead.js" */
/** @import { Written } from "./zip-records.js" */

/** Bytes that are gathered before they go on: most files are small, and each step costs a message. */
const GATHERED = 1_000_000;

/** @param {SavedEntry[]} entries @returns {number} bytes of their archive */
export function zipLength(entries) {
  let [offset, directory] = [0, 0];
  for (const entry of entries.map(zipEntryOf)) {
    directory += centralHeader({ entry, crc: 0, offset }).length;
    offset += entryLength(entry);
  }
  return offset + directory + endRecords(entries.length, offset, directory).length;
}

/**
 * Makes an archive piece by piece. @param {SavedEntry[]} entries
 * @returns {AsyncGenerator<Bytes>} about a megabyte each @throws {DOMException} NotReadableError: its message is the path of the file
 */
export async function* zipBytes(entries) {
  /** @type {Bytes[]} */
  let parts = [];
  let length = 0;
  for await (const part of zipParts(entries)) {
    parts.push(part.bytes);
    length += part.bytes.length;
    if (length < GATHERED) continue;
    yield parts.length === 1 ? parts[0] : concat(...parts);
    [parts, length] = [[], 0];
  }
  if (length > 0) yield concat(...parts);
}

/**
 * Makes an archive that refers to the files instead of copying them. Reads all of them, for their checksums.
 * @param {SavedEntry[]} entries @returns {Promise<Blob>} @throws {DOMException} NotReadableError, as above
 */
export async function zipBlob(entries) {
  const parts = [];
  let blob = null;
  for await (const part of zipParts(entries)) {
    if (part.blob === null) parts.push(part.bytes);
    else if (part.blob !== blob) parts.push(part.blob);
    blob = part.blob;
  }
  return new Blob(parts, { type: "application/zip" });
}

/** @param {SavedEntry[]} entries @returns {AsyncGenerator<{bytes: Bytes, blob: Blob | null}>} blob: the file that the bytes are of */
async function* zipParts(entries) {
  /** @type {Written[]} */
  const written = [];
  let offset = 0;
  let crc = 0;
  for await (const { bytes, entry, first, last } of readAhead(entries)) {
    const record = zipEntryOf(entry);
    if (first) {
      written.push({ entry: record, crc: 0, offset });
      offset += entryLength(record);
      crc = 0;
      yield { bytes: localHeader(record), blob: null };
    }
    crc = crc32(bytes, crc);
    if (bytes.length > 0) yield { bytes, blob: entry.blob };
    if (!last) continue;
    written[written.length - 1].crc = crc;
    yield { bytes: descriptor(record, crc), blob: null };
  }
  let directory = 0;
  for (const one of written) {
    const bytes = centralHeader(one);
    directory += bytes.length;
    yield { bytes, blob: null };
  }
  yield { bytes: endRecords(written.length, offset, directory), blob: null };
}

/** @param {SavedEntry} entry */
function zipEntryOf(entry) {
  return zipEntry(entry, entry.blob?.size ?? 0);
}
