import assert from "node:assert/strict";
import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { LIMITS } from "../../static/js/files/protocol/messages.js";
import { emptyFolder } from "../../static/js/files/protocol/metadata.js";
import { offeredFiles } from "../../static/js/files/send/prepare.js";
import { addSelection, prepareFiles } from "../../static/js/files/send/selection.js";
import { openHandles } from "../../static/js/files/storage/saved-handles.js";
import { fromEntry, fromHandle, walk } from "../../static/js/ui/files/folder-walk.js";

const NOTHING = { chosen: [], left: [] };
const select = (name, path = [], content = "a", lastModified = 1) => ({ file: new File([content], name, { lastModified }), path });

const folder = mkdtempSync(join(tmpdir(), "selection-"));
after(() => rmSync(folder, { recursive: true }));

/** A file on the disk that changed after it was selected: its bytes cannot be read any more. */
async function changed(name) {
  const path = join(folder, name);
  writeFileSync(path, "selected");
  const file = new File([await openAsBlob(path)], name);
  writeFileSync(path, "changed since");
  return file;
}
const unreadable = async (name) => ({ file: await changed(name), path: ["trip"] });
/** Where a browser says that a file is no longer there. */
const gone = (name) => ({ file: Object.assign(new File(["a"], name), { slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException("", "NotFoundError")) }) }), path: [] });
const namesOf = ({ chosen }) => chosen.map(({ file: { name }, path }) => [...path, name].join("/"));
const leftOf = ({ left }) => left.map(({ name, path, reason }) => `${[...path, name].join("/")}: ${reason}`);
const add = (chosen, before = NOTHING, left = []) => addSelection(before, { chosen, left });

test("one file that cannot be read among ten is named, and the others stay", async () => {
  const chosen = Array.from({ length: 9 }, (_, at) => select(`${at}.txt`));
  const all = await add([...chosen.slice(0, 4), await unreadable("locked.txt"), ...chosen.slice(4)]);
  assert.deepEqual(all.chosen, chosen);
  assert.deepEqual(leftOf(all), ["trip/locked.txt: unreadable"]);
});

test("each reason has its own name", async () => {
  const deep = (levels) => Array.from({ length: levels }, () => "d");
  const all = await add([
    gone("gone.txt"), await unreadable("thesis.pages"), select("x".repeat(256)), select("x", deep(100)), select("x", deep(101)),
    select("x", ["p".repeat(4_001)]), emptyFolder("f", deep(99)), emptyFolder("f", deep(100)),
  ]);
  assert.deepEqual(all.left.map(({ reason }) => reason), ["gone", "package", "long", "deep", "long", "deep"]);
  assert.deepEqual(all.chosen.map(({ path }) => path.length), [100, 99]);
});

test("what is beyond the limit of an offer is named, and what is within it stays", async () => {
  const many = Array.from({ length: LIMITS.filesOffered + 2 }, (_, at) => select(`${at}`));
  const all = await add(many.slice(3), await add(many.slice(0, 3)));
  assert.equal(all.chosen.length, LIMITS.filesOffered);
  assert.deepEqual(leftOf(all), [`${LIMITS.filesOffered}: limit`, `${LIMITS.filesOffered + 1}: limit`]);
  const long = await add(Array.from({ length: 600 }, (_, at) => select(`${at}`, ["p".repeat(3_900)])));
  assert.ok(long.left.length > 80 && long.left.every(({ reason }) => reason === "limit"));
  assert.ok((await offeredFiles(long.chosen)).reduce((sum, { name, path }) => sum + name.length + path.length, 0) <= LIMITS.offerCharacters);
});

test("files that are chosen later are added, and none twice; another one of the same name, size and date is another one", async () => {
  const one = select("a.txt");
  const [again, other] = [select("a.txt"), select("a.txt", [], "b")];
  const more = [again, other, select("a.txt", [], "a", 2), select("a.txt", [], "ab"), select("a.txt", ["old"])];
  const all = await add([...more, select("a.txt", ["old"])], await add([one]));
  assert.deepEqual(all.chosen, [one, ...more.slice(1)]);
  const left = [{ name: "b", path: [], reason: "gone" }];
  assert.equal((await add([], await add([], NOTHING, left), left)).left.length, 1);
});

test("files that became unreadable before they are offered are named, and read again where their handle is known", async () => {
  const [fresh, notFound] = [new File(["new"], "again.txt"), new DOMException("", "NotFoundError")];
  const again = { file: await changed("again.txt"), path: [], handle: { getFile: async () => fresh } };
  const deleted = { file: await changed("deleted.txt"), path: [], handle: { getFile: () => Promise.reject(notFound) } };
  const ready = await prepareFiles([select("a"), await unreadable("b"), again, deleted]);
  assert.deepEqual(namesOf(ready), ["a", "again.txt"]);
  assert.equal(ready.chosen[1].file, fresh);
  assert.deepEqual(leftOf(ready), ["trip/b: unreadable", "deleted.txt: gone"]);
  assert.equal((await offeredFiles(ready.chosen)).length, 2);
  await assert.rejects(offeredFiles([select("a"), await unreadable("c")]), { name: "NotReadableError" });
});

test("only a few files are read at once", async () => {
  let [now, most] = [0, 0];
  const chosen = Array.from({ length: 50 }, (_, at) => select(`${at}`));
  for (const { file } of chosen) {
    file.slice = () => ({
      arrayBuffer: async () => {
        most = Math.max(most, (now += 1));
        await new Promise((resolve) => setImmediate(resolve));
        now -= 1;
      },
    });
  }
  await add(chosen);
  assert.ok(most > 1 && most <= 6, `${most}`);
});

/** Entries of a drop, as browsers have them: a folder is an object, a file its content or an error. */
function entry(name, content) {
  if (content instanceof Error) return { name, isFile: true, file: (_, reject) => reject(content) };
  if (typeof content === "string") return { name, isFile: true, file: (resolve) => resolve(new File([content], name)) };
  const batches = [Object.entries(content).map(([each, inside]) => entry(each, inside)), []];
  return { name, isFile: false, createReader: () => ({ readEntries: (resolve, reject) => (content.locked ? reject(new DOMException("", "SecurityError")) : resolve(batches.shift())) }) };
}

/** The same as handles of a folder that was picked. */
function handle(name, content) {
  if (typeof content === "string" || content instanceof Error) {
    return { name, kind: "file", getFile: () => (content instanceof Error ? Promise.reject(content) : Promise.resolve(new File([content], name))) };
  }
  return {
    name, kind: "directory",
    async *values() {
      if (content.locked) throw new DOMException("", "NotAllowedError");
      for (const [each, inside] of Object.entries(content)) yield handle(each, inside);
    },
  };
}

let chain = { "deepest.txt": "x" };
for (let level = 0; level < 101; level += 1) chain = { [`level ${level}`]: chain };
const TREE = { "a.txt": "a", "gone.txt": new DOMException("", "NotFoundError"), inside: { "b.txt": "b", empty: {} }, "no entry": { locked: "x" }, empty: {}, deep: chain };

for (const [kind, open] of [["dropped", (tree) => fromEntry(entry("tree", tree))], ["picked", (tree) => fromHandle(handle("tree", tree))]]) {
  test(`a folder that is ${kind} is taken with the empty folders in it, and what cannot be taken is named`, async () => {
    const found = await walk(open(TREE));
    assert.deepEqual(namesOf(found), ["tree/a.txt", "tree/inside/b.txt", "tree/inside/empty", "tree/empty"]);
    assert.deepEqual(found.chosen.map(({ folder = false }) => folder), [false, false, true, true]);
    assert.deepEqual(leftOf(found).slice(0, 2), ["tree/gone.txt: gone", "tree/no entry: unreadable"]);
    assert.match(leftOf(found)[2], /^tree\/deep\/level 100\/.*: deep$/);
    assert.equal(found.left.length, 3);
    const [first] = found.chosen;
    assert.equal(first.root === undefined, kind === "dropped");

    assert.deepEqual(await walk(open({})), { chosen: [emptyFolder("tree", [])], left: [] });
    const flat = await walk(open(Object.fromEntries([...Array(LIMITS.filesOffered + 1).keys()].map((at) => [`f${at}`, "x"]).concat([["more", { x: "x" }]]))));
    assert.equal(flat.chosen.length, LIMITS.filesOffered);
    assert.deepEqual(leftOf(flat), [`tree/f${LIMITS.filesOffered}: limit`, "tree/more: limit"]);
  });
}

test("files of an earlier visit are opened again: a folder is asked for once, and what is gone or not allowed is named", async () => {
  const asked = [];
  const ask = (name, state) => ({ name, requestPermission: async () => asked.push(name) && state });
  const file = (name, state = "granted") => ({ ...ask(name, state), getFile: async () => new File([name], name) });
  const [root, other] = [ask("trip", "granted"), ask("secret", "denied")];
  const gone = { ...file("gone"), getFile: () => Promise.reject(new DOMException("", "NotFoundError")) };
  const files = [
    { handle: file("a"), root, path: ["trip"] }, { handle: file("b"), root, path: ["trip"] }, { folder: "empty", path: ["trip"] },
    { handle: gone, root, path: ["trip"] }, { handle: file("c"), root: other, path: ["secret"] }, { handle: file("c2"), root: other, path: ["secret"] }, { handle: file("d"), path: [] }, { handle: file("e", "denied"), path: [] },
  ];
  const opened = await openHandles({ files });
  assert.deepEqual(namesOf(opened), ["trip/a", "trip/b", "trip/empty", "d"]);
  assert.equal(opened.chosen[2].folder, true);
  assert.deepEqual(leftOf(opened), ["trip/gone: gone", "secret/c: unreadable", "secret/c2: unreadable", "e: unreadable"]);
  assert.deepEqual(asked, ["trip", "secret", "d", "e"]);
});
