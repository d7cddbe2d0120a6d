// Trees arrive as they were sent, wherever they are written.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";

import { mapNames } from "../../static/js/files/protocol/name-map.js";
import { PickedFolder } from "../../static/js/files/save/picked-folder.js";
import { writeFiles } from "../../static/js/files/save/write-files.js";
import { zipBlob, zipBytes } from "../../static/js/files/save/zip.js";
import { memorySink, pickedSink } from "../../static/js/files/storage/sinks.js";
import { FakeFolder } from "./fake-folder.js";
import { randomNumbers, randomTree } from "./random-trees.js";

/** @import { FileMetadata } from "../../static/js/files/protocol/messages.js" */
/** @typedef {FileMetadata & {content: string}} Sent */

const TREES = 1_000;
const utf8 = new TextEncoder();

/** @param {string[]} paths @returns {Sent[]} with the names of the receiver; each file has its own content */
function send(paths) {
  const files = paths.map((whole, at) => {
    const parts = whole.split("/");
    const folder = parts.at(-1) === "" && parts.pop() === "";
    const name = /** @type {string} */ (parts.pop());
    return { id: at, name, path: parts.join("/"), size: folder ? 0 : at, modified: 1e12 + at * 1e6, edges: "A".repeat(43), folder };
  });
  return mapNames(files).map((head) => ({ ...head, content: "x".repeat(head.size) }));
}

/** @param {Sent[]} heads @param {(top: string) => string} [topOf] the top-level name in the end @returns {Record<string, string | null>} */
function treeOf(heads, topOf = (top) => top) {
  /** @type {Record<string, string | null>} */
  const tree = {};
  const full = new Set(heads.flatMap(({ path }) => path.map((_, at) => path.slice(0, at + 1).join("/"))));
  for (const { path, name, folder, content } of heads) {
    const [top, ...below] = [...path, name];
    const whole = [topOf(top), ...below].join("/");
    if (!folder) tree[whole] = content;
    else if (!full.has([...path, name].join("/"))) tree[`${whole}/`] = null;
  }
  return tree;
}

/** @param {Sent} head @param {import("../../static/js/files/storage/sinks.js").Sink} sink */
async function receive({ content }, sink) {
  if (content) await sink.write(0, utf8.encode(content), new Uint8Array(32));
  return sink.finish();
}

/** Trees, with what the receiver has in the folder before. */
function* trees() {
  const random = randomNumbers(7);
  for (let tree = 0; tree < TREES; tree += 1) {
    const heads = send(randomTree(random));
    const tops = heads.map(({ path, name }) => path[0] ?? name);
    // Some of the same names are taken, in other spellings.
    const mine = tops.filter(() => random(2) === 0).map((name) => (random(2) ? name.toUpperCase().slice(0, 80) : name));
    yield { heads, tops, mine };
  }
}

/** @param {string[]} names @param {boolean} ignoreCase @returns {Promise<FakeFolder>} */
async function folderWith(names, ignoreCase) {
  const root = new FakeFolder("Documents", { canMove: true, ignoreCase });
  for (const name of names) (await root.getFileHandle(name, { create: true })).content = utf8.encode("mine");
  return root;
}

test(`${TREES} random trees arrive in a picked folder as they are, beside what is there`, async () => {
  for (const { heads, tops, mine } of trees()) {
    const root = await folderWith(mine, true);
    const before = root.tree();
    const place = new PickedFolder(/** @type {any} */ (root));
    // Files come side by side.
    const places = await Promise.all(heads.map(async (head) => (await receive(head, await pickedSink(head, place))).where));
    await place.end();
    const names = new Map(tops.map((top, at) => [top, places[at].slice("Documents/".length)]));
    assert.deepEqual(root.tree(), { ...before, ...treeOf(heads, (top) => /** @type {string} */ (names.get(top))) });
    assert.equal(new Set([...names.values(), ...mine].map((name) => root.keyOf(name))).size, new Set(tops).size + new Set(mine.map((name) => root.keyOf(name))).size);
  }
});

test(`${TREES} random trees wait in memory, and are copied and put into archives as they are`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "trees-"));
  const expected = [];
  let number = 0;
  for (const { heads } of trees()) {
    const entries = [];
    for (const head of heads) entries.push({ ...head, blob: head.folder ? null : (await receive(head, memorySink(head))).blob });
    const root = await folderWith([], true);
    await writeFiles(new PickedFolder(/** @type {any} */ (root)), entries);
    assert.deepEqual(root.tree(), treeOf(heads));
    const parts = [];
    for await (const bytes of zipBytes(entries)) parts.push(bytes);
    writeFileSync(join(folder, `${(number += 1)}.zip`), Buffer.concat(parts));
    if (number % 10 === 0) assert.deepEqual(Buffer.concat(parts), Buffer.from(await (await zipBlob(entries)).arrayBuffer()));
    expected.push(heads.map(({ path, name, folder: is, content }) => [[...path, name].join("/") + (is ? "/" : ""), content]));
  }
  const script = `
import json, sys, zipfile
for number in range(1, ${TREES} + 1):
    with zipfile.ZipFile(f"{sys.argv[1]}/{number}.zip") as archive:
        assert archive.testzip() is None
        print(json.dumps([[i.filename, archive.read(i).decode()] for i in archive.infolist()]))
`;
  const { stdout, stderr } = spawnSync("python3", ["-c", script, folder], { encoding: "utf8", maxBuffer: 2 ** 28 });
  rmSync(folder, { recursive: true });
  assert.deepEqual(stdout.trim().split("\n").map((line) => JSON.parse(line || "null")), expected, stderr);
});
