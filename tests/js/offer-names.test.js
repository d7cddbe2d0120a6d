import assert from "node:assert/strict";
import { test } from "node:test";

import { Gate } from "../../static/js/gate/gate.js";
import { LIMITS, fitsOffer, makeTransferId, readOffer } from "../../static/js/files/protocol/messages.js";
import { makeMetadata, offerMessages } from "../../static/js/files/protocol/metadata.js";
import { countFolders, foldName, mapNames } from "../../static/js/files/protocol/name-map.js";
import { OfferAssembler } from "../../static/js/files/protocol/offer-assembler.js";
import { openFileTopics } from "../../static/js/files/protocol/topics.js";
import { randomNumbers, randomTree } from "./random-trees.js";

const EDGES = "A".repeat(43);
let id = 0;

/** What a sender offers: a path whose last part is the file's name, or with a slash at the end, that of an empty folder. */
const offered = (path) => {
  const parts = path.split("/");
  const folder = parts.at(-1) === "" && parts.pop() === "";
  const name = parts.pop();
  return { id: (id += 1), name, path: parts.join("/"), size: 0, modified: 0, edges: EDGES, folder };
};

/** Over the wire to the receiver. */
const receive = (files) => {
  const assembler = new OfferAssembler();
  const parts = JSON.parse(JSON.stringify(offerMessages(makeTransferId(), files, "")));
  return parts.map((part) => assembler.addPart("pid", readOffer(part))).at(-1)?.heads;
};
const pathsOf = (heads) => heads.map(({ path, name }) => [...path, name].join("/"));

const LONG = "a folder whose name has forty-seven characters ";
const DEEP = Array.from({ length: 99 }, (_, at) => `level ${at}`);

/** What was seen to be lost or moved, and its kind. */
const CASES = {
  "folders that differ far behind": [[`${LONG}A/x`, `${LONG}B/x`], [`${LONG}A/x`, `${LONG}B/x`]],
  "a leading dot": [[".env", "env"], [".env", "env"]],
  "a forbidden character": [["minutes?.txt", "minutes.txt"], ["minutes_.txt", "minutes.txt"]],
  "a forbidden character, and what it becomes": [["minutes?.txt", "minutes_.txt", "minutes*.txt"], ["minutes_ (3).txt", "minutes_.txt", "minutes_ (2).txt"]],
  "names of 140 bytes": [[`${"x".repeat(139)}A`, `${"x".repeat(139)}B`], [`${"x".repeat(139)}A`, `${"x".repeat(139)}B`]],
  "names that are too long": [[`${"漢".repeat(100)}A.txt`, `${"漢".repeat(100)}B.txt`], [`${"漢".repeat(83)}.txt`, `${"漢".repeat(81)} (2).txt`]],
  "a hundred levels": [[[...DEEP, "x"].join("/"), ["other", ...DEEP.slice(1), "x"].join("/")], [[...DEEP, "x"].join("/"), ["other", ...DEEP.slice(1), "x"].join("/")]],
  "case": [["A.txt", "a.txt", "a/1", "A/2"], ["A.txt", "a (2).txt", "a (2)/1", "A/2"]],
  "normalization": [["re\u0301.txt", "r\u00e9.txt"], ["r\u00e9 (2).txt", "r\u00e9.txt"]],
  "German": [["straße", "strasse", "STRASSE"], ["straße (3)", "strasse (2)", "STRASSE"]],
  "Greek": [["Σίσυφος", "ΣΊΣΥΦΟΣ", "σίσυφοσ"], ["Σίσυφος (2)", "ΣΊΣΥΦΟΣ", "σίσυφοσ (3)"]],
  "Turkish": [["ılık", "ILIK", "ilik"], ["ılık (3)", "ILIK", "ilik (2)"]],
  "trailing dots and spaces": [["a", "a.", "a ", "b./x", "b/x"], ["a", "a (3)", "a (2)", "b (2)/x", "b/x"]],
  "a file and a folder": [["a", "a/x", "b/", "b"], ["a (2)", "a/x", "b", "b (2)"]],
  "a file and a folder in another case": [["notes", "Notes/x"], ["notes (2)", "Notes/x"]],
  "one folder named twice": [["a?/x", "a?/y", "a?/", "a*/x"], ["a_ (2)/x", "a_ (2)/y", "a_ (2)", "a_/x"]],
  "the same file twice": [["a.txt", "a.txt", "a (2).txt"], ["a.txt", "a (3).txt", "a (2).txt"]],
  "no way up": [["../x", "./x", "a//x", "a/../../x"], ["folder (2)/x", "folder/x", "a/folder/x", "a/folder (2)/folder/x"]],
  "devices": [["con/nul.txt", "_con/x"], ["_con (2)/_nul.txt", "_con/x"]],
  "joiners": [["می\u200cخواهم", "میخواهم"], ["می\u200cخواهم (2)", "میخواهم"]],
  "dots before numbers": [[".env", ".ENV"], [".env (2)", ".ENV"]],
};

for (const [kind, [paths, expected]] of Object.entries(CASES)) {
  test(`names stay apart, and those that are good stay: ${kind}`, async () => {
    const files = paths.map(offered);
    assert.deepEqual(pathsOf(mapNames(files)), expected);
    assert.deepEqual(pathsOf(receive(files)), expected);
  });
}

test("the order in which files are offered changes no name, and files of one name differ by what is in them", () => {
  const files = ["b?", "b*", "b_", "B_/x", "c", "c"].map(offered);
  files[4].edges = "B".repeat(43);
  const before = new Map(mapNames(files).map((head) => [head.id, head]));
  for (let turn = 0; turn < files.length; turn += 1) {
    files.push(files.shift());
    for (const head of mapNames(files)) assert.deepEqual(head, before.get(head.id));
  }
});

test("an offer is whole only with everything that it announced, within what an offer may have", () => {
  const files = ["a", "b/"].map((path) => ({ ...offered(path), size: path === "a" ? 5 : 0 }));
  const [message] = offerMessages(makeTransferId(), files, "");
  assert.deepEqual(message.files.map(({ folder }) => folder), [undefined, true]);
  const add = (...parts) => {
    const assembler = new OfferAssembler();
    return parts.map((part) => assembler.addPart("pid", readOffer({ ...message, ...part })) !== null).at(-1);
  };
  const [one, other] = message.files;
  assert.equal(add({}), true);
  assert.equal(add({ files: [one] }, { files: [other] }), true);
  assert.equal(add({ files: [one] }, { files: [one] }, { files: [other] }), true, "sent again after an interruption");
  assert.equal(add({ bytes: 6 }), false);
  assert.equal(add({ files: [one, one] }), false);
  assert.equal(add({ files: [one] }, { files: [other], bytes: 6 }), false);
  assert.equal(add({ files: [one] }, { files: [other], count: 3 }), false);
  assert.equal(readOffer({ ...message, files: [{ ...other, size: 1 }] }), null);
  assert.equal(readOffer({ ...message, files: [{ ...other, folder: 1 }] }), null);
  assert.equal(receive(Array.from({ length: 600 }, () => offered(`${"x".repeat(3_999)}/x`))), undefined, "too many characters");
  assert.equal(receive(Array.from({ length: 400 }, (_, at) => offered(`${`${at}/`.repeat(99)}x`))), undefined, "too many folders");
});

test("a person whose offers would take too much work waits, and no one else does", (context) => {
  let now = 0;
  context.mock.method(performance, "now", () => now);
  const declined = [];
  const gate = new Gate((pid, name, payload) => declined.push([pid, name, payload]) > 0);
  const { offer: topic } = openFileTopics({ topic: (name, options) => gate.open(name, options) }, { isKnown: () => false });
  const [assembler, whole] = [new OfferAssembler(), []];
  topic.on("message", ({ pid, message }) => assembler.addPart(pid, message) && whole.push(pid));
  const files = Array.from({ length: 5_000 }, (_, at) => offered(`${"x".repeat(100)}/${at}`));
  const offer = (pid) => offerMessages(makeTransferId(), files, "").forEach((part) => gate.receive(pid, "file-offer", part));
  gate.introduce("olga", "o".repeat(32));
  gate.introduce("olga, another tab", "o".repeat(32));
  for (let count = 0; count < 4; count += 1) for (const pid of ["olga", "olga, another tab"]) offer(pid);
  assert.equal(whole.length, 5, "all her tabs together");
  assert.ok(declined.length > 0 && declined.every(([pid, name, { busy }]) => pid.startsWith("olga") && name === "file-decline" && busy));
  offer("max");
  assert.equal(whole.at(-1), "max");
  now += 60_000;
  for (let count = 0; count < 8; count += 1) offer("olga");
  assert.equal(whole.length, 6 + 5, "as many a minute later");
});

test("the parts of an offer fit a message of every browser, and all of them arrive", () => {
  for (const path of ["x", "\u0007".repeat(4_000), "漢/".repeat(50), `${"𠮷".repeat(1_900)}/x`]) {
    const files = Array.from({ length: Math.min(5_000, Math.floor(1_900_000 / (path.length + 8))) }, (_, at) => offered(`${path}/${at}`));
    for (const message of offerMessages(makeTransferId(), files, "")) assert.ok(Buffer.byteLength(JSON.stringify(message)) < 60_000);
    assert.equal(receive(files).length, files.length);
  }
});

test("hostile offers take no more time than others", () => {
  const many = (make) => Array.from({ length: LIMITS.filesOffered }, (_, at) => offered(make(at)));
  const offers = {
    "one name": many(() => "a.txt"),
    "one name, and its numbers": many((at) => (at % 2 ? "a.txt" : `a (${at}).txt`)),
    "names that differ only after the cut": many((at) => `${"x".repeat(245)}${String(Math.floor(at / 2)).padStart(5, "0")}.txt`),
    "marks and joiners": many(() => "e\u200d\u0301".repeat(85)),
    "dots before a letter": many((at) => `${". ".repeat(100)}x${at}`),
    "folders by the thousand": Array.from({ length: 250 }, (_, at) => offered(`${`é${at}/`.repeat(98)}x`)),
    "long paths": Array.from({ length: 490 }, (_, at) => offered(`${". é".repeat(1_300)}${at}/x`)),
  };
  for (const [kind, files] of Object.entries(offers)) {
    const start = process.cpuUsage();
    const names = pathsOf(receive(files));
    const seconds = process.cpuUsage(start).user / 1e6;
    assert.equal(new Set(names.map(foldName)).size, files.length, kind);
    // Of processor time, which others on the machine do not lengthen. Quadratic work takes a minute.
    assert.ok(seconds < 15, `${kind}: ${seconds} s`);
  }
});

test("names are equal for us when they are for any file system: every character, its cases and its normal forms", () => {
  for (let code = 1; code < 0x20000; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    const key = foldName(character);
    const forms = [character.toLowerCase(), character.toUpperCase(), character.normalize("NFD"), character.normalize("NFKC"), key];
    for (const form of forms) if (form !== character) assert.equal(foldName(form), key, code.toString(16));
  }
});

const random = randomNumbers(42);

/** What some file system takes for the same, each written by its own rule. */
const SAME = {
  ntfs: (name) => [...name].map((character) => (character.toUpperCase().length === character.length ? character.toUpperCase() : character)).join("").replace(/[. ]+$/, ""),
  apfs: (name) => name.normalize("NFD").toLowerCase().normalize("NFD"),
  "apfs, ext4 with casefold": (name) => name.normalize("NFD").toUpperCase().toLowerCase().replace(/ς/g, "σ").normalize("NFD").replace(/\p{Default_Ignorable_Code_Point}/gu, ""),
  ext4: (name) => name,
  "zfs, formKC": (name) => name.normalize("NFKC").toLowerCase(),
};

/** @returns {string[]} what is wrong with a name */
function faultsOf(name) {
  const faults = {
    empty: name === "" || name === "." || name === "..",
    long: Buffer.byteLength(name) > 255 || name.length > 255 || name.normalize("NFD").length > 255,
    forbidden: /[/\\:*?"<>|\p{Cc}\p{Cs}]/u.test(name),
    ends: /^\s|[\s.]$/u.test(name),
    device: /^(con|prn|aux|nul|(com|lpt)[0-9¹²³])($|[.\s])/i.test(name),
    system: /^(desktop\.ini|autorun\.inf)$|\.(lnk|scf|url)$/i.test(name),
    reversed: /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(name),
    padded: /[\u200b-\u200d\ufe0f]{2}|\s{4}|^[\u200c\u200d]/u.test(name),
    denormalized: name !== name.normalize("NFC"),
  };
  return Object.keys(faults).filter((fault) => faults[fault]);
}

test("10,000 random trees of names stay trees: safe, whole on every file system, the same on both sides and a second time", () => {
  for (let tree = 0; tree < 10_000; tree += 1) {
    const files = randomTree(random).map(offered);
    const heads = mapNames(files);
    const names = pathsOf(heads);
    const expectThat = (right, what) => right || assert.fail(`${what}: ${JSON.stringify(files.map(({ path, name }, at) => [path, name, names[at]]))}`);
    for (const [at, { path, name }] of heads.entries()) {
      for (const part of [...path, name]) for (const fault of faultsOf(part)) expectThat(false, fault);
      expectThat(path.length === (files[at].path === "" ? 0 : files[at].path.split("/").length), "levels");
    }
    // Each place in the tree has one source, be it a file or a folder: its raw path. And each source has one place.
    for (const [system, same] of Object.entries(SAME)) {
      const sources = new Map();
      for (const [at, { id, name, path, folder }] of files.entries()) {
        const raw = [...(path === "" ? [] : path.split("/")), name];
        const mapped = names[at].split("/");
        for (let level = 1; level <= raw.length; level += 1) {
          const place = mapped.slice(0, level).map(same).join("/");
          const source = level < raw.length || folder ? `${raw.slice(0, level).join("/")}/` : id;
          expectThat((sources.get(place) ?? source) === source, system);
          sources.set(place, source);
        }
      }
      expectThat(new Set(sources.values()).size === sources.size, system);
    }
    const again = mapNames(heads.map((head) => ({ ...head, path: head.path.join("/") })));
    expectThat(pathsOf(again).join("\n") === names.join("\n"), "a second time");
    const sendable = files.every(({ name, path }) => fitsOffer(name, path) && name.isWellFormed() && path.isWellFormed());
    if (sendable && tree % 4 === 0) expectThat(pathsOf(receive(files)).join("\n") === names.join("\n"), "the other side");
  }
});

test("a sender offers what a file system gives it, in words that arrive", async () => {
  const file = new File(["x"], "half \ud83d.txt");
  const { name, path, folder, size } = await makeMetadata({ file, path: ["a\ud800", "b"] });
  assert.deepEqual([name, path, folder, size], ["half \ufffd.txt", "a\ufffd/b", false, 1]);
  assert.equal((await makeMetadata({ file: new File([], "empty"), path: [], folder: true })).folder, true);
});

test("folders of an offer are counted once", () => {
  assert.equal(countFolders(["a/b/x", "a/b/y", "a/c/", "a", "d/"].map(offered)), 4);
});
