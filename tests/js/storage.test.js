// What a browser does not store is kept for the visit.

import assert from "node:assert/strict";
import test from "node:test";

import { browserStorage, openTabChannel, tabStorage } from "../../static/js/lib/storage.js";

/** @param {test.TestContext} context @param {string} name @param {PropertyDescriptor} property */
function define(context, name, property) {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { configurable: true, ...property });
  context.after(() => (before ? Object.defineProperty(globalThis, name, before) : Reflect.deleteProperty(globalThis, name)));
}

/** @returns {never} */
function refuse() {
  throw new DOMException("blocked", "SecurityError");
}

/** @param {Map<string, string>} texts @param {boolean} full */
function storageOf(texts, full) {
  return {
    getItem: (/** @type {string} */ key) => texts.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => (full ? refuse() : texts.set(key, value)),
    removeItem: (/** @type {string} */ key) => texts.delete(key),
  };
}

/** Kinds of storage; what it holds of what was saved. @type {[string, PropertyDescriptor, boolean][]} */
const KINDS = [
  ["works", { value: storageOf(new Map(), false) }, true],
  ["throws when it is touched", { get: refuse }, false],
  ["is switched off", { value: null }, false],
  ["is full, and holds an older value", { value: storageOf(new Map([["a", "old"]]), true) }, false],
];

for (const [kind, property, keeps] of KINDS) {
  test(`a value holds for the visit where storage ${kind}`, (context) => {
    define(context, "localStorage", property);
    assert.equal(browserStorage.save("a", "1"), keeps);
    assert.equal(browserStorage.load("a"), "1");
    assert.equal(browserStorage.load("b"), null);
    browserStorage.save("a", null);
    assert.equal(browserStorage.load("a"), null);
  });
}

test("the storage of a tab is another one", (context) => {
  define(context, "sessionStorage", { value: storageOf(new Map(), false) });
  tabStorage.save("a", "1");
  assert.equal(browserStorage.load("a"), null);
});

test("without channels there are no other tabs", (context) => {
  define(context, "BroadcastChannel", { value: class {
      constructor() {
        refuse();
      }
    } });
  assert.equal(openTabChannel("a"), null);
});
