// The list of received files: what a transfer resumes, what several transfers may not share, how long it is kept.

import assert from "node:assert/strict";
import test from "node:test";

import { PARTIAL_MS, WHOLE_MS } from "../../static/js/files/received/claim.js";
import { ReceivedFiles } from "../../static/js/files/received/received-files.js";
import { uniqueNames } from "../../static/js/ui/received/received-item.js";

/** A browser: its records, its store and its locks, which all tabs share. */
class Browser {
  /** @type {{transfers: Map<string, any>, files: Map<string, any>}} */
  records = { transfers: new Map(), files: new Map() };
  /** Folders in the store, with their bytes. @type {Map<string, number>} */
  folders = new Map();
  /** Files that are open in a tab. @type {Set<string>} */
  open = new Set();
  /** @type {Set<string>} */
  locks = new Set();
  now = 1_800_000_000_000;
  works = true;

  tab() {
    const { records, folders, open, locks } = this;
    const copy = (/** @type {Map<string, any>} */ map) => new Map([...map].map(([key, value]) => [key, structuredClone(value)]));
    return new ReceivedFiles({
      now: () => this.now,
      openChannel: () => null,
      records: {
        all: async () => ({ transfers: copy(records.transfers), files: copy(records.files) }),
        async change({ put = {}, drop = {} }) {
          for (const one of put.transfers ?? []) records.transfers.set(one.id, structuredClone(one));
          for (const one of put.files ?? []) records.files.set(one.key, structuredClone(one));
          for (const id of drop.transfers ?? []) records.transfers.delete(id);
          for (const key of drop.files ?? []) records.files.delete(key);
        },
      },
      store: {
        works: async () => this.works,
        list: async () => [...folders.keys()],
        sizes: async (keys) => keys.map((key) => folders.get(key) ?? 0),
        remove: async (keys) => keys.filter((key) => (open.has(key) ? true : (folders.delete(key), false))),
        file: async (key) => {
          if (!folders.has(key)) throw new DOMException("gone", "NotFoundError");
          return new File([new Uint8Array(folders.get(key) ?? 0)], key);
        },
      },
      locks: {
        work: true,
        hold: async (name) => (locks.has(name) ? null : (locks.add(name), async () => void locks.delete(name))),
        whenFree: async () => {},
        held: async () => new Set(locks),
      },
    });
  }

  /** As a tab that is killed. */
  crash() {
    this.locks.clear();
    this.open.clear();
  }
}

const FROM = { room: "tea", roomName: "Tea", member: "", sender: "Olga", trust: "key" };

/** @param {string} offer @param {string[]} names @param {object} [change] */
function offered(offer, names, change) {
  const heads = names.map((name, id) => ({ id, name, path: [], size: 5, modified: 7, edges: "E", folder: false }));
  return { offer, purpose: "", owner: "tea olga", heads, from: FROM, ...change };
}

/** Receives the first `count` files. @param {Browser} browser @param {import("../../static/js/files/received/claim.js").Claim} claim @param {number} count */
async function receive(browser, claim, count) {
  for (let at = 0; at < count; at += 1) {
    browser.folders.set(claim.files[at].key, 5);
    await claim.markWhole(at);
  }
}

/** @param {ReceivedFiles} received */
async function listed(received) {
  return (await received.list()).map(({ transfer, files, running }) => [transfer.offer, running, files.map(({ name, state, gone }) => `${name} ${gone ? "gone" : state}`)]);
}

test("two transfers of the same files have different keys, and removing one leaves the other", async () => {
  const browser = new Browser();
  const received = browser.tab();
  const keys = new Set();
  for (const id of ["one", "two"]) {
    const claim = await received.claims.claim(offered(id, ["a", "b"]));
    await receive(browser, claim, 2);
    for (const { key } of claim.files) keys.add(key);
    await received.claims.release(claim);
  }
  assert.equal(keys.size, 4);
  const [{ transfer }] = await received.list();
  assert.equal(await received.remove(transfer.id), 0);
  const [left] = await received.list();
  assert.deepEqual([browser.folders.size, left.files.length], [2, 2]);
  for (const file of left.files) assert.equal((await received.open(file)).size, 5);
});

/** Before a reload: which files are whole; the offer after it; whether it resumes, and how many keys stay. */
const RESUMING = [
  ["before the first byte", 0, offered("one", ["a", "b"]), true, 2],
  ["in the middle", 1, offered("one", ["a", "b"]), true, 2],
  ["in the middle, and the sender reloads too", 1, offered("two", ["a", "b"]), true, 2],
  ["when all is here and the sender does not know", 2, offered("one", ["a", "b"]), true, 2],
  ["when all is here, and the sender sends it once more", 2, offered("two", ["a", "b"]), false, 0],
  ["other files", 1, offered("two", ["a", "c"]), false, 0],
  ["another sender", 1, offered("two", ["a", "b"], { owner: "tea max" }), false, 0],
];

for (const [when, whole, again, resumes, same] of RESUMING) {
  test(`a receiver who reloads ${when} ${resumes ? "resumes" : "is asked"}`, async () => {
    const browser = new Browser();
    const claim = await browser.tab().claims.claim(offered("one", ["a", "b"]));
    await receive(browser, claim, whole);
    browser.crash();
    const resumed = await browser.tab().claims.resume(again);
    assert.equal(resumed !== null, resumes);
    const before = new Set(claim.files.map(({ key }) => key));
    assert.equal((resumed?.files ?? []).filter(({ key }) => before.has(key)).length, same);
    assert.deepEqual((resumed?.files ?? []).map((_, at) => resumed.hasBytes(at)), resumes ? [whole > 0, whole > 1] : []);
  });
}

test("a running transfer shares its records with no other one, in this tab or another", async () => {
  const browser = new Browser();
  const [one, other] = [browser.tab(), browser.tab()];
  const claim = await one.claims.claim(offered("one", ["a"]));
  for (const tab of [one, other]) {
    assert.equal(await tab.claims.resume(offered("one", ["a"])), null);
    const second = await tab.claims.claim(offered("two", ["a"]));
    assert.notEqual(second.files[0].key, claim.files[0].key);
    await second.drop(0);
    await tab.claims.release(second);
  }
  await one.claims.release(claim);
  assert.equal((await other.claims.resume(offered("one", ["a"]))).files[0].key, claim.files[0].key);
});

test("a part is taken over by one transfer, also when it is offered among other files", async () => {
  const browser = new Browser();
  const received = browser.tab();
  const first = await received.claims.claim(offered("one", ["a", "b"]));
  for (const { key } of first.files) browser.folders.set(key, 3);
  await received.claims.release(first);
  const second = await received.claims.claim(offered("two", ["b", "c"]));
  assert.equal(second.files[0].key, first.files[1].key);
  assert.deepEqual([second.hasBytes(0), second.hasBytes(1)], [true, false]);
  const third = await received.claims.claim(offered("three", ["b", "a"]));
  assert.notEqual(third.files[0].key, first.files[1].key);
  assert.equal(third.files[1].key, first.files[0].key);
  // The first transfer has no files any more.
  assert.deepEqual((await received.list()).map(({ transfer }) => transfer.offer).sort(), ["three", "two"]);
});

test("what the browser has deleted is said, and is received again", async () => {
  const browser = new Browser();
  const received = browser.tab();
  const claim = await received.claims.claim(offered("one", ["a", "b"]));
  await receive(browser, claim, 2);
  browser.folders.delete(claim.files[0].key);
  await received.claims.release(claim);
  assert.deepEqual(await listed(received), [["one", false, ["a gone", "b whole"]]]);
  const again = await received.claims.resume(offered("one", ["a", "b"]));
  assert.deepEqual(again.files.map(({ state }) => state), ["partial", "whole"]);
});

test("a transfer that is cancelled keeps its complete files and nothing else", async () => {
  const browser = new Browser();
  const received = browser.tab();
  const claim = await received.claims.claim(offered("one", ["a", "b", "c"]));
  await receive(browser, claim, 1);
  browser.folders.set(claim.files[1].key, 2);
  for (const at of [0, 1, 2]) await claim.drop(at);
  await claim.markWhole(1); // too late
  await received.claims.release(claim);
  assert.deepEqual(await listed(received), [["one", false, ["a whole"]]]);
  assert.deepEqual([...browser.folders.keys()], [claim.files[0].key]);
  const none = await received.claims.claim(offered("two", ["d"]));
  await none.drop(0);
  await received.claims.release(none);
  assert.equal(browser.records.transfers.size, 1);
});

test("parts are kept for a day and complete files for a week; what runs is left alone", async () => {
  const browser = new Browser();
  const received = browser.tab();
  const claim = await received.claims.claim(offered("one", ["a", "b"]));
  await receive(browser, claim, 1);
  browser.folders.set(claim.files[1].key, 2);
  browser.folders.set("without a record", 9);
  browser.now += PARTIAL_MS + 1;
  await received.tidy();
  assert.deepEqual(await listed(received), [["one", true, ["a whole", "b partial"]]]);
  assert.equal(browser.folders.has("without a record"), false);
  await claim.renew();
  await received.claims.release(claim);
  browser.now += PARTIAL_MS - 1;
  await received.tidy();
  assert.deepEqual(await listed(received), [["one", false, ["a whole", "b partial"]]]);
  browser.now += 1;
  await received.tidy();
  assert.deepEqual(await listed(received), [["one", false, ["a whole"]]]);
  browser.now += WHOLE_MS;
  await received.tidy();
  assert.deepEqual([await listed(received), browser.folders.size, browser.records.transfers.size], [[], 0, 0]);
});

test("saved is freed: at once, or soon if the browser may still be at it", async () => {
  const browser = new Browser();
  const received = browser.tab();
  const claim = await received.claims.claim(offered("one", ["a", "b", "c"]));
  await receive(browser, claim, 2);
  await received.claims.release(claim);
  await received.markSaved(claim.id, true, [claim.files[0].key]);
  assert.deepEqual(await listed(received), [["one", false, ["b whole", "c partial"]]]);
  await received.markSaved(claim.id, false);
  assert.deepEqual(await listed(received), [["one", false, ["b handed", "c partial"]]]);
  browser.now += 11 * 60_000;
  await received.tidy();
  assert.deepEqual(await listed(received), [["one", false, ["c partial"]]]);
});

test("leaving a room removes what it brought unless it is kept, and nothing of other rooms", async () => {
  const browser = new Browser();
  const received = browser.tab();
  const rooms = [["kept", "tea"], ["other", "coffee"], ["not kept", "tea"]];
  for (const [offer, room] of rooms) {
    const claim = await received.claims.claim(offered(offer, ["a"], { owner: offer, from: { ...FROM, room } }));
    await receive(browser, claim, 1);
    await received.claims.release(claim);
    browser.now += 1;
    if (offer === "kept") await received.keepRoom("tea");
  }
  await received.removeRoom("tea");
  assert.deepEqual((await received.list()).map(({ transfer }) => transfer.offer), ["other", "kept"]);
  assert.equal(browser.folders.size, 2);
});

test("everything is removed but what is in use, which is counted", async () => {
  const browser = new Browser();
  const [received, other] = [browser.tab(), browser.tab()];
  const done = await received.claims.claim(offered("one", ["a", "b"]));
  await receive(browser, done, 2);
  await received.claims.release(done);
  const running = await other.claims.claim(offered("two", ["c", "d"]));
  await receive(browser, running, 1);
  browser.folders.set(running.files[1].key, 2);
  assert.equal(await received.removeAll(), 1);
  assert.deepEqual(await listed(received), [["two", true, ["d partial"]]]);
  await other.claims.release(running);
  assert.equal(await received.removeAll(), 0);
  assert.deepEqual([browser.records.files.size, browser.records.transfers.size, browser.folders.size], [0, 0, 0]);
});

test("without storage, files are listed as long as the tab lives", async () => {
  const browser = new Browser();
  browser.works = false;
  const received = browser.tab();
  assert.equal(await received.claims.claim(offered("one", ["a"])), null);
  let freed = 0;
  const id = received.holdInMemory(offered("one", ["a", "b"]), [new Blob(["12345"]), undefined], async () => void (freed += 1));
  const [{ inMemory, files }] = await received.list();
  assert.deepEqual([inMemory, files.map(({ name }) => name), (await received.open(files[0])).size], [true, ["a"], 5]);
  await received.markSaved(id, false);
  assert.deepEqual([await received.list(), freed], [[], 1]);
});

test("folders of several transfers in one archive differ, also where case is ignored", () => {
  const names = uniqueNames(["Olga, 1.5.", "Max", "olga, 1.5.", "Olga, 1.5.", "Olga, 1.5. (2)"]);
  assert.equal(new Set(names.map((name) => name.toLowerCase())).size, names.length, String(names));
  assert.deepEqual(names.slice(0, 2), ["Olga, 1.5.", "Max"]);
});
