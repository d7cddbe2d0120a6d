/**
 * The records of a ZIP archive (PKWARE APPNOTE.TXT 6.3.10): stored, not compressed, with a data descriptor behind each file, so that
 * it can be written as it is read. ZIP64 (4.5.3) only where a number needs it. Names are UTF-8 (bit 11); times are local with two
 * seconds (4.4.6), and in UTC with one second in Info-ZIP's extra field 0x5455.
 */

import { concat, toUtf8 } from "../../lib/encoding.js";

/** @import { Bytes } from "../../lib/encoding.js" */
/** @typedef {{name: Bytes, size: number, modified: number, folder: boolean}} ZipEntry name: UTF-8, with its folders; modified: ms since 1970 */
/** @typedef {{entry: ZipEntry, crc: number, offset: number}} Written offset: of its local header */
/** @typedef {[value: number, bytes: number]} Field little-endian */

/** In a field of four or two bytes: the value is in a ZIP64 record. */
const FULL = 0xffffffff;
const MANY = 0xffff;
const VERSION = Object.freeze({ plain: 20, zip64: 45 });
/** Version made by: the attributes are those of Unix. */
const UNIX = 3 << 8;
const DESCRIPTOR = 1 << 3;
const UTF8 = 1 << 11;
const MODE = Object.freeze({ file: 0o100644, folder: 0o040755 });
const DOS_FOLDER = 0x10;
const DOS_YEARS = Object.freeze({ first: 1980, last: 2107 });

/** @param {{path: string[], name: string, modified: number, folder: boolean}} head @param {number} size bytes @returns {ZipEntry} */
export function zipEntry({ path, name, modified, folder }, size) {
  return { name: toUtf8([...path, name].join("/") + (folder ? "/" : "")), size: folder ? 0 : size, modified, folder };
}

/** Precedes the bytes of a file (4.3.7). @param {ZipEntry} entry @returns {Bytes} */
export function localHeader(entry) {
  const big = isBig(entry.size);
  // Sizes follow in the descriptor. The ZIP64 field says that it has eight bytes for each (4.3.9.2).
  const extra = [...(big ? zip64Field([0, 0]) : []), ...timeField(entry)];
  const sizes = big ? FULL : 0;
  return concat(pack([[0x04034b50, 4], ...common(entry, 0, [sizes, sizes], big, extra)]), entry.name, pack(extra));
}

/** Follows the bytes of a file (4.3.9). @param {ZipEntry} entry @param {number} crc @returns {Bytes} empty where there are no bytes */
export function descriptor(entry, crc) {
  if (!hasDescriptor(entry)) return new Uint8Array(0);
  const width = isBig(entry.size) ? 8 : 4;
  return pack([[0x08074b50, 4], [crc, 4], [entry.size, width], [entry.size, width]]);
}

/** Bytes of an entry, with its header and its descriptor. @param {ZipEntry} entry */
export function entryLength(entry) {
  return localHeader(entry).length + entry.size + descriptor(entry, 0).length;
}

/** One record of the central directory (4.3.12). @param {Written} written @returns {Bytes} */
export function centralHeader({ entry, crc, offset }) {
  const { size, folder, name } = entry;
  const beyond = [...(isBig(size) ? [size, size] : []), ...(isBig(offset) ? [offset] : [])];
  const extra = [...(beyond.length > 0 ? zip64Field(beyond) : []), ...timeField(entry)];
  const attributes = (folder ? MODE.folder : MODE.file) * 0x10000 + (folder ? DOS_FOLDER : 0);
  const needed = beyond.length > 0;
  const made = UNIX | (needed ? VERSION.zip64 : VERSION.plain);
  /** @type {Field[]} */
  const rest = [[0, 2], [0, 2], [0, 2], [attributes, 4], [capped(offset), 4]];
  return concat(pack([[0x02014b50, 4], [made, 2], ...common(entry, crc, [capped(size), capped(size)], needed, extra), ...rest]), name, pack(extra));
}

/** Ends the archive (4.3.14 to 4.3.16). @param {number} count entries @param {number} offset of the central directory @param {number} length its bytes */
export function endRecords(count, offset, length) {
  /** @type {Field[]} */
  const end = [[0x06054b50, 4], [0, 2], [0, 2], [Math.min(count, MANY), 2], [Math.min(count, MANY), 2], [capped(length), 4], [capped(offset), 4], [0, 2]];
  if (count < MANY && !isBig(offset) && !isBig(length)) return pack(end);
  /** @type {Field[]} */
  const end64 = [[0x06064b50, 4], [44, 8], [UNIX | VERSION.zip64, 2], [VERSION.zip64, 2], [0, 4], [0, 4], [count, 8], [count, 8], [length, 8], [offset, 8]];
  /** @type {Field[]} */
  const locator = [[0x07064b50, 4], [0, 4], [offset + length, 8], [1, 4]];
  return pack([...end64, ...locator, ...end]);
}

/** @param {ZipEntry} entry @param {number} crc @param {[number, number]} sizes @param {boolean} zip64 @param {Field[]} extra @returns {Field[]} */
function common(entry, crc, [packed, size], zip64, extra) {
  const [time, date] = dosTime(entry.modified);
  const flags = UTF8 | (hasDescriptor(entry) ? DESCRIPTOR : 0);
  return [
    [zip64 ? VERSION.zip64 : VERSION.plain, 2], [flags, 2], [0, 2], [time, 2], [date, 2], [crc, 4], [packed, 4], [size, 4],
    [entry.name.length, 2], [extra.reduce((sum, [, bytes]) => sum + bytes, 0), 2],
  ];
}

/** @param {number[]} values @returns {Field[]} only what does not fit in its own field, in this order: size, packed size, offset */
function zip64Field(values) {
  return [[0x0001, 2], [8 * values.length, 2], ...values.map((value) => /** @type {Field} */ ([value, 8]))];
}

/** @param {ZipEntry} entry @returns {Field[]} signed 32 bits; left out beyond them */
function timeField({ modified }) {
  const seconds = Math.floor(modified / 1000);
  return seconds === (seconds | 0) ? [[0x5455, 2], [5, 2], [1, 1], [seconds, 4]] : [];
}

/** @param {number} modified @returns {[time: number, date: number]} the nearest that it can say */
function dosTime(modified) {
  const at = new Date(modified);
  const year = at.getFullYear();
  if (!(year >= DOS_YEARS.first)) return [0, (1 << 5) | 1];
  if (year > DOS_YEARS.last) return [(23 << 11) | (59 << 5) | 29, (127 << 9) | (12 << 5) | 31];
  return [
    (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1),
    ((year - DOS_YEARS.first) << 9) | ((at.getMonth() + 1) << 5) | at.getDate(),
  ];
}

/** @param {ZipEntry} entry */
function hasDescriptor({ size }) {
  return size > 0;
}

/** @param {number} value */
function isBig(value) {
  return value >= FULL;
}

/** @param {number} value */
function capped(value) {
  return Math.min(value, FULL);
}

/** @param {Field[]} fields @returns {Bytes} */
function pack(fields) {
  const bytes = new Uint8Array(fields.reduce((sum, [, width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [value, width] of fields) {
    if (width === 1) view.setUint8(at, value);
    else if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return bytes;
}
