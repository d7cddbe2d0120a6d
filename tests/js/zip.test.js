// ZIP archives are read by Python's zipfile, which knows nothing of ours; sizes beyond four gigabytes are not written.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { crc32 as reference } from "node:zlib";

import { crc32 } from "../../static/js/files/save/crc32.js";
import { zipBlob, zipBytes, zipLength } from "../../static/js/files/save/zip.js";
import { centralHeader, descriptor, endRecords, entryLength, localHeader, zipEntry } from "../../static/js/files/save/zip-records.js";

/** @import { SavedEntry } from "../../static/js/files/save/read-ahead.js" */

const AT = Date.UTC(2026, 10, 26, 12, 34, 57);
const READ = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    rows = [[i.filename, i.file_size, list(i.date_time), i.is_dir(), i.external_attr >> 16, archive.read(i).hex()[:40]] for i in archive.infolist()]
print(json.dumps(rows))
`;

/** @param {string} path with "/" between folders @param {string | Uint8Array<ArrayBuffer> | null} content null: a folder @param {number} [modified] @returns {SavedEntry} */
function entry(path, content, modified = AT) {
  const names = path.split("/");
  const name = /** @type {string} */ (names.pop());
  return { name, path: names, modified, folder: content === null, blob: content === null ? null : new Blob([content]) };
}

/** @param {SavedEntry[]} entries @returns {Promise<Buffer>} */
async function write(entries) {
  const parts = [];
  for await (const bytes of zipBytes(entries)) parts.push(bytes);
  return Buffer.concat(parts);
}

/** @param {Buffer} archive @param {string} zone @returns {any[]} */
function readWithPython(archive, zone) {
  const folder = mkdtempSync(join(tmpdir(), "zip-"));
  writeFileSync(join(folder, "a.zip"), archive);
  const { stdout, stderr, status } = spawnSync("python3", ["-c", READ, join(folder, "a.zip")], { encoding: "utf8", env: { ...process.env, TZ: zone } });
  rmSync(folder, { recursive: true });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

test("checksums are those of zlib, however the bytes are split", () => {
  const bytes = Uint8Array.from({ length: 1_000 }, (_, at) => (at * 89 + (at >> 3)) & 255);
  for (let end = 0; end < 40; end += 1) assert.equal(crc32(bytes.subarray(3, 3 + end)), reference(bytes.subarray(3, 3 + end)));
  for (const cut of [0, 1, 7, 8, 9, 500, 1_000]) assert.equal(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut))), reference(bytes));
});

test("an archive holds files, folders, empty ones and names in all scripts, with their times", async () => {
  const large = new Uint8Array(2_500_001).fill(7);
  const entries = [
    entry("thesis/chapter 1.txt", "one"),
    entry("thesis/.env", ""),
    entry("thesis/empty", null),
    entry("thesis/données/日本語/🙂.bin", large),
    entry("old.txt", "x", Date.UTC(1970, 0, 2)),
    entry("late.txt", "x", Date.UTC(2200, 0, 2)),
  ];
  const archive = await write(entries);
  const rows = readWithPython(archive, "UTC");
  assert.equal(archive.length, zipLength(entries));
  const date = (/** @type {number} */ at) => {
    const local = new Date(at);
    return [local.getFullYear(), local.getMonth() + 1, local.getDate(), local.getHours(), local.getMinutes(), local.getSeconds() & ~1];
  };
  assert.deepEqual(rows, [
    ["thesis/chapter 1.txt", 3, date(AT), false, 0o100644, "6f6e65"],
    ["thesis/.env", 0, date(AT), false, 0o100644, ""],
    ["thesis/empty/", 0, date(AT), true, 0o040755, ""],
    ["thesis/données/日本語/🙂.bin", large.length, date(AT), false, 0o100644, "07".repeat(20)],
    ["old.txt", 1, [1980, 1, 1, 0, 0, 0], false, 0o100644, "78"],
    ["late.txt", 1, [2107, 12, 31, 23, 59, 58], false, 0o100644, "78"],
  ]);
  assert.deepEqual(Buffer.from(await (await zipBlob(entries)).arrayBuffer()), archive, "the archive of links is the same");
});

test("the second in UTC is in the extra field of each entry that has one", async () => {
  const archive = await write([entry("a", "x"), entry("b", "x", Date.UTC(2200, 0, 1))]);
  const field = Buffer.from([0x55, 0x54, 5, 0, 1, 0, 0, 0, 0]);
  field.writeInt32LE(AT / 1000, 5);
  assert.equal(archive.toString("latin1").split(field.toString("latin1")).length - 1, 2, "in both headers of a");
  assert.equal(archive.toString("latin1").split("UT\x05").length - 1, 2, "b is beyond 2038");
});

test("five thousand files take two records each, and the bytes come in large pieces", async () => {
  const entries = Array.from({ length: 5_000 }, (_, at) => entry(`photos/${at % 50}/${at}.txt`, `file ${at}`));
  let pieces = 0;
  const parts = [];
  for await (const bytes of zipBytes(entries)) {
    pieces += 1;
    parts.push(bytes);
  }
  assert.ok(pieces < 5, `${pieces} pieces`);
  assert.equal(readWithPython(Buffer.concat(parts), "UTC").length, 5_000);
});

test("a file that cannot be read is named", async () => {
  const broken = entry("thesis/lost.txt", "x");
  const blob = /** @type {Blob} */ (broken.blob);
  blob.slice = () => /** @type {any} */ ({ arrayBuffer: () => Promise.reject(new DOMException("", "NotReadableError")) });
  await assert.rejects(write([entry("a", "x"), broken]), { name: "NotReadableError", message: "thesis/lost.txt" });
});

/** Writes an archive whose large files are holes, so that it takes no room. @param {SavedEntry[]} entries @returns {{path: string, size: number, end: () => void}} */
function writeSparse(entries) {
  const folder = mkdtempSync(join(tmpdir(), "zip-"));
  const path = join(folder, "a.zip");
  const file = openSync(path, "w");
  let at = 0;
  /** @type {Uint8Array[]} */
  let waiting = [];
  const put = (/** @type {Uint8Array} */ bytes) => {
    at += bytes.length;
    waiting.push(bytes);
  };
  const flush = () => {
    const bytes = Buffer.concat(waiting);
    writeSync(file, bytes, 0, bytes.length, at - bytes.length);
    waiting = [];
  };
  const written = entries.map((one) => {
    const record = zipEntry(one, one.blob?.size ?? 0);
    const offset = at;
    put(localHeader(record));
    if (record.size > 0) flush();
    at += record.size;
    put(descriptor(record, 0));
    assert.equal(at - offset, entryLength(record));
    return { entry: record, crc: 0, offset };
  });
  const start = at;
  for (const one of written) put(centralHeader(one));
  put(endRecords(written.length, start, at - start));
  flush();
  closeSync(file);
  return { path, size: at, end: () => rmSync(folder, { recursive: true }) };
}

/** @param {string} path @param {number} size @returns {SavedEntry} whose bytes do not exist */
function hole(path, size) {
  return { ...entry(path, ""), blob: /** @type {Blob} */ ({ size }) };
}

const LARGE = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    print(json.dumps([[i.filename, i.file_size, i.header_offset, i.extract_version, archive.open(i).read(1).hex() if i.file_size else ""] for i in archive.infolist()]))
`;

for (const [what, entries, versions] of /** @type {[string, SavedEntry[], number[]][]} */ ([
  ["files of more than four gigabytes", [hole("a", 5_000_000_000), hole("b/c", 2 ** 32 - 1), entry("d", "")], [45, 45, 45]],
  ["small files beyond four gigabytes", [hole("a", 2 ** 32 - 2), entry("b", ""), hole("c", 2_000_000)], [20, 45, 45]],
  ["the largest that need no ZIP64", [hole("a", 2 ** 32 - 200), entry("b", "")], [20, 20]],
  ["more entries than two bytes count", Array.from({ length: 66_000 }, (_, at) => entry(`${at}`, "")), Array(66_000).fill(20)],
])) {
  test(`an archive holds ${what}`, () => {
    const { path, size, end } = writeSparse(entries);
    const { stdout, stderr } = spawnSync("python3", ["-c", LARGE, path], { encoding: "utf8", maxBuffer: 2 ** 26 });
    const ended = hasZip64End(path, size);
    end();
    assert.equal(size, zipLength(entries));
    const rows = /** @type {any[]} */ (JSON.parse(stdout || `"${stderr}"`));
    let offset = 0;
    const offsets = entries.map((one) => {
      const record = zipEntry(one, one.blob?.size ?? 0);
      offset += entryLength(record);
      return offset - entryLength(record);
    });
    assert.deepEqual(rows, entries.map((one, at) => [[...one.path, one.name].join("/"), one.blob?.size, offsets[at], versions[at], one.blob?.size ? "00" : ""]));
    assert.equal(ended, !what.startsWith("the largest"), "a ZIP64 end only where it is needed");
  });
}

/** @param {string} path @param {number} size @returns {boolean} whether it ends with a ZIP64 locator */
function hasZip64End(path, size) {
  const file = openSync(path, "r");
  const tail = Buffer.alloc(42);
  readSync(file, tail, 0, 42, size - 42);
  closeSync(file);
  return tail.readUInt32LE(0) === 0x07064b50;
}
