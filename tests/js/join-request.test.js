// A wish to join at once holds for one page, one room and one minute.

import assert from "node:assert/strict";
import test from "node:test";

import { areAllowed, requestJoin, takeJoinRequest } from "../../static/js/call/join-request.js";

const KEY = "meeting-point.join";

/** @param {test.TestContext} context @param {string} name @param {unknown} value */
function define(context, name, value) {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { configurable: true, value });
  context.after(() => (before ? Object.defineProperty(globalThis, name, before) : Reflect.deleteProperty(globalThis, name)));
}

/** @param {test.TestContext} context @returns {Map<string, string>} what the tab keeps */
function keepTexts(context) {
  /** @type {Map<string, string>} */
  const texts = new Map();
  define(context, "sessionStorage", {
    getItem: (/** @type {string} */ key) => texts.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => texts.set(key, value),
    removeItem: (/** @type {string} */ key) => texts.delete(key),
  });
  return texts;
}

test("a wish is taken once", (context) => {
  const texts = keepTexts(context);
  requestJoin("room-a");
  assert.deepEqual(takeJoinRequest("room-a"), { microphone: true, camera: true, prepared: false });
  assert.equal(takeJoinRequest("room-a"), null);
  const wanted = { microphone: false, camera: true, name: "Max", prepared: true };
  requestJoin("room-a", wanted);
  assert.deepEqual(takeJoinRequest("room-a"), wanted);
  assert.equal(texts.size, 0);
});

test("a wish for another room is forgotten", (context) => {
  keepTexts(context);
  requestJoin("room-a");
  assert.equal(takeJoinRequest("room-b"), null);
  assert.equal(takeJoinRequest("room-a"), null);
});

test("a wish expires after a minute", (context) => {
  keepTexts(context);
  context.mock.timers.enable({ apis: ["Date"], now: 1_800_000_000_000 });
  requestJoin("room-a");
  context.mock.timers.tick(59_000);
  assert.notEqual(takeJoinRequest("room-a"), null);
  requestJoin("room-a");
  context.mock.timers.tick(61_000);
  assert.equal(takeJoinRequest("room-a"), null);
});

for (const kept of ["", "{", "null", "1", '"room-a"', "[]", '{"slug":"room-a"}', '{"slug":"room-a","until":"soon"}']) {
  test(`no wish: ${kept}`, (context) => {
    keepTexts(context).set(KEY, kept);
    assert.equal(takeJoinRequest("room-a"), null);
  });
}

/** What the browser answers, and whether a call with these devices may begin at once. @type {[Record<string, string>, boolean, boolean, boolean][]} */
const ANSWERS = [
  [{ microphone: "granted", camera: "granted" }, true, true, true],
  [{ microphone: "granted", camera: "prompt" }, true, true, false],
  [{ microphone: "granted", camera: "prompt" }, true, false, true],
  [{ microphone: "denied", camera: "granted" }, true, true, false],
  [{ microphone: "prompt", camera: "prompt" }, false, false, true],
];

for (const [states, microphone, camera, allowed] of ANSWERS) {
  test(`${JSON.stringify(states)}, microphone ${microphone}, camera ${camera}: ${allowed}`, async (context) => {
    define(context, "navigator", { permissions: { query: async (/** @type {{name: string}} */ { name }) => ({ state: states[name] }) } });
    assert.equal(await areAllowed({ microphone, camera }), allowed);
  });
}

test("a browser that does not say is asked by the page", async (context) => {
  define(context, "navigator", {});
  assert.equal(await areAllowed({ microphone: true, camera: false }), false);
  define(context, "navigator", { permissions: { query: async () => Promise.reject(new TypeError("camera")) } });
  assert.equal(await areAllowed({ microphone: true, camera: true }), false);
});
