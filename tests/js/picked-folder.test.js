// What is written into a folder that the person picked: nothing there is replaced, and nothing half stays.

import assert from "node:assert/strict";
import test from "node:test";

import { PickedFolder } from "../../static/js/files/save/picked-folder.js";
import { writeFiles } from "../../static/js/files/save/write-files.js";
import { ReplacedFile } from "../../static/js/files/save/replaced-file.js";
import { pickedSink, reasonOf } from "../../static/js/files/storage/sinks.js";
import { FakeFolder } from "./fake-folder.js";

/** @import { Traits } from "./fake-folder.js" */

const utf8 = new TextEncoder();

/** @param {Record<string, string | null>} files by path, null: an empty folder @param {Traits} [traits] */
async function folderWith(files, traits) {
  const root = new FakeFolder("Documents", traits);
  for (const [path, content] of Object.entries(files)) {
    const parts = path.split("/");
    const name = /** @type {string} */ (parts.pop());
    let folder = root;
    for (const part of parts) folder = await folder.getDirectoryHandle(part, { create: true });
    if (content !== null) (await folder.getFileHandle(name, { create: true })).content = utf8.encode(content);
  }
  return root;
}

/** @param {FakeFolder} root */
function pick(root) {
  return new PickedFolder(/** @type {any} */ (root));
}

/** @param {string} whole path @param {string | null} content null: an empty folder */
function headOf(whole, content) {
  const path = whole.split("/");
  const name = /** @type {string} */ (path.pop());
  return { id: 1, name, path, size: content?.length ?? 0, modified: 0, edges: "", folder: content === null };
}

/** Receives a whole file. @param {PickedFolder} place @param {string} path @param {string | null} content @returns {Promise<string>} where it is */
async function receive(place, path, content) {
  const sink = await pickedSink(headOf(path, content), place);
  if (content) await sink.write(0, utf8.encode(content), new Uint8Array(32));
  return (await sink.finish()).where;
}

for (const traits of /** @type {Traits[]} */ ([{ canMove: true }, { canMove: false }, { canMove: true, ignoreCase: true }])) {
  test(`nothing that is there is replaced (${JSON.stringify(traits)})`, async () => {
    const before = { "thesis.txt": "mine", "Photos/1.jpg": "mine", NOTES: "mine", ".env": "mine", "caf\u00e9.txt": "mine", "a (2).tar.gz": "mine", "a.tar.gz": "mine" };
    const root = await folderWith(before, traits);
    const place = pick(root);
    const sent = { "thesis.txt": "yours", "photos/1.jpg": "yours", "photos/2.jpg": "", notes: "yours", ".env": "yours", "cafe\u0301.txt": "yours", "a.tar.gz": "yours" };
    const places = [];
    for (const [path, content] of Object.entries(sent)) places.push(await receive(place, path, content));
    places.push(await receive(place, "photos/empty", null), await receive(place, "new", null));
    await place.end();
    assert.deepEqual(root.tree(), {
      ...before,
      "thesis (2).txt": "yours",
      "photos (2)/1.jpg": "yours",
      "photos (2)/2.jpg": "",
      "photos (2)/empty/": null,
      "notes (2)": "yours",
      ".env (2)": "yours",
      "caf\u00e9 (2).txt": "yours",
      "a.tar (2).gz": "yours",
      "new/": null,
    });
    assert.deepEqual(places, ["thesis (2).txt", "photos (2)", "photos (2)", "notes (2)", ".env (2)", "caf\u00e9 (2).txt", "a.tar (2).gz", "photos (2)", "new"].map((name) => `Documents/${name}`));
  });
}

test("two transfers into one folder do not take the same name", async () => {
  const root = await folderWith({});
  const places = [pick(root), pick(root), pick(root)];
  const found = await Promise.all(places.flatMap((place, at) => [receive(place, "thesis/a.txt", `${at}`), receive(place, "plan.txt", `${at}`)]));
  assert.equal(new Set(found).size, 6);
  assert.deepEqual(Object.values(root.tree()).sort(), ["0", "0", "1", "1", "2", "2"]);
});

/** @param {Record<string, string | null>} files */
function entriesOf(files) {
  return Object.entries(files).map(([path, content]) => ({ ...headOf(path, content), blob: content === null ? null : new Blob([content]) }));
}

test("received files are copied into a folder as a tree", async () => {
  const root = await folderWith({ "thesis/a.txt": "mine" });
  const files = { "thesis/a.txt": "1", "thesis/deep/b.txt": "22", "thesis/none": "", "thesis/empty": null };
  const moved = /** @type {number[]} */ ([]);
  const where = await writeFiles(pick(root), entriesOf(files), { onProgress: (bytes) => void moved.push(bytes) });
  assert.equal(where, "Documents/thesis (2)");
  assert.deepEqual(moved, [1, 3, 3]);
  assert.deepEqual(root.tree(), {
    "thesis/a.txt": "mine", "thesis (2)/a.txt": "1", "thesis (2)/deep/b.txt": "22", "thesis (2)/none": "", "thesis (2)/empty/": null,
  });
  assert.equal(await writeFiles(pick(root), entriesOf({ "x.txt": "1", "y/z.txt": "2" })), "Documents", "several are in the folder");
});

test("copies that are cancelled or fail leave nothing, and their source says which file failed", async () => {
  const root = await folderWith({ "mine.txt": "mine" });
  const abort = new AbortController();
  const files = entriesOf({ "thesis/a.txt": "1", "thesis/b.txt": "2", "thesis/c.txt": "3" });
  assert.equal(await writeFiles(pick(root), files, { signal: abort.signal, onProgress: (bytes) => bytes === 2 && abort.abort() }), null);
  assert.deepEqual(root.tree(), { "mine.txt": "mine" });
  const blob = /** @type {Blob} */ (files[2].blob);
  blob.slice = () => /** @type {any} */ ({ arrayBuffer: () => Promise.reject(new DOMException("", "NotReadableError")) });
  await assert.rejects(writeFiles(pick(root), files), { name: "NotReadableError", message: "thesis/c.txt" });
  assert.deepEqual(root.tree(), { "mine.txt": "mine" });
  const refusing = await folderWith({}, { canMove: true, refused: /\.lnk/ });
  const lnk = entriesOf({ "a.txt": "1", "b/c.lnk": "2" });
  await assert.rejects(writeFiles(pick(refusing), lnk), (/** @type {any} */ error) => error.message === "b/c.lnk" && reasonOf(error.cause) === "name");
  assert.deepEqual(refusing.tree(), {});
});

/** What stops a transfer in the middle. @type {[string, (root: FakeFolder) => void, string][]} */
const FAULTS = [
  ["the disk is full", (root) => (root.broken = new DOMException("", "QuotaExceededError")), "full"],
  ["the permission is taken back", (root) => (root.broken = new DOMException("", "NotAllowedError")), "forbidden"],
  ["the folder of the transfer is removed", (root) => root.children.delete("thesis"), "gone"],
  ["something else", (root) => (root.broken = new DOMException("", "UnknownError")), "storage"],
];

for (const [what, harm, reason] of FAULTS) {
  test(`nothing half stays when ${what}`, async () => {
    const root = await folderWith({ "mine.txt": "mine" });
    const place = pick(root);
    await receive(place, "thesis/whole.txt", "whole");
    const sink = await pickedSink(headOf("thesis/deep/half.txt", "half"), place);
    await sink.write(0, utf8.encode("ha"), new Uint8Array(32));
    harm(root);
    await assert.rejects(sink.write(1, utf8.encode("lf"), new Uint8Array(32)), (error) => reasonOf(error) === reason);
    root.broken = null;
    await sink.discard();
    await place.end();
    assert.deepEqual(root.tree(), { "mine.txt": "mine", ...(reason === "gone" ? {} : { "thesis/whole.txt": "whole" }) });
  });
}

test("cancelled transfers leave neither files of no bytes nor empty folders", async () => {
  const root = await folderWith({});
  const place = pick(root);
  for (const path of ["thesis/deep/a.txt", "thesis/b.txt", "c.txt"]) await pickedSink(headOf(path, "text"), place);
  assert.equal(Object.keys(root.tree()).length, 3);
  await place.end();
  assert.deepEqual(root.tree(), {});
  // The sender comes back: the same place goes on.
  assert.equal(await receive(place, "thesis/b.txt", "text"), "Documents/thesis");
  assert.equal(await receive(place, "c.txt", "text"), "Documents/c.txt");
  assert.deepEqual(root.tree(), { "thesis/b.txt": "text", "c.txt": "text" });
});

test("a name that the file system refuses fails before anything is written", async () => {
  const root = await folderWith({}, { canMove: true, refused: /\.lnk|^CON/ });
  const place = pick(root);
  for (const path of ["a.lnk", "CONfused/a.txt"]) {
    await assert.rejects(pickedSink(headOf(path, "text"), place), (error) => reasonOf(error) === "name");
  }
  assert.equal(await receive(place, "a.txt", "text"), "Documents/a.txt");
  await place.end();
  assert.deepEqual(root.tree(), { "a.txt": "text" });
});

test("where a browser takes no joiners, a plainer name that is free does", async () => {
  const root = await folderWith({ "👩🚀.png": "mine", "من/x": "mine" }, { canMove: true, refused: /\p{Cf}|^\.\.|^~|~$/u });
  const place = pick(root);
  const sent = ["👩\u200d🚀.png", "👩🚀.png", "م\u200cن/notes~", "...And Justice/1.mp3"];
  const places = [];
  for (const path of sent) places.push(await receive(place, path, path));
  assert.deepEqual(places, ["👩🚀 (2).png", "👩🚀 (3).png", "من (2)", "_And Justice"].map((name) => `Documents/${name}`));
  assert.equal(await receive(place, "م\u200cن/empty\u200d", null), "Documents/من (2)");
  await place.end();
  assert.deepEqual(root.tree(), {
    "👩🚀.png": "mine", "من/x": "mine", "👩🚀 (2).png": sent[0], "👩🚀 (3).png": sent[1], "من (2)/notes_": sent[2], "من (2)/empty/": null, "_And Justice/1.mp3": sent[3],
  });
});

test("files side by side whose plainer names are the same do not replace each other", async () => {
  const root = await folderWith({}, { canMove: true, refused: /\p{Cf}/u });
  const place = pick(root);
  const sent = ["deep/ab", "deep/a\u200db", "deep/a\u200cb"];
  await Promise.all(sent.map((path) => receive(place, path, path)));
  await place.end();
  assert.deepEqual(Object.keys(root.tree()).sort(), ["deep/ab", "deep/ab (2)", "deep/ab (3)"]);
});

test("names as long as a file system takes have room for a temporary name and for a number", async () => {
  const long = `${"ü".repeat(125)}x.txt`;
  const root = await folderWith({ [long]: "mine" });
  const place = pick(root);
  const where = await receive(place, long, "yours");
  assert.match(where, /^Documents\/ü{100,} \(2\)\.txt$/);
  assert.deepEqual(Object.values(root.tree()), ["mine", "yours"]);
});

for (const [what, content] of [["a new file", ""], ["an older file", "older"]]) {
  test(`a file from the browser's own dialog changes only when whole (${what})`, async () => {
    const root = await folderWith({ "thesis.txt": content });
    const handle = await root.getFileHandle("thesis.txt");
    const place = new ReplacedFile(handle);
    const sink = await pickedSink(headOf("sent.txt", "text"), place);
    await sink.write(0, utf8.encode("te"), new Uint8Array(32));
    await sink.discard();
    await place.end();
    assert.deepEqual(root.tree(), content === "" ? {} : { "thesis.txt": "older" });

    const again = new ReplacedFile(await root.getFileHandle("thesis.txt", { create: true }));
    assert.equal(await receive(/** @type {any} */ (again), "sent.txt", "text"), "thesis.txt");
    await again.end();
    assert.deepEqual(root.tree(), { "thesis.txt": "text" });
  });
}
