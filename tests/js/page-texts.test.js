// What the page says before the call is in the page; the rest comes with the call. Each text is in one of the two.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";

const ROOT = resolve(import.meta.dirname, "../..");
const read = (/** @type {string} */ path) => readFileSync(join(ROOT, path), "utf8");

/** @param {string} template @returns {string[]} the keys of its texts, and of those that it includes */
function keysOf(template) {
  const source = read(`templates/${template}`);
  const included = [...source.matchAll(/\{% (?:include|fragment) "([^"]+)" %\}/g)].flatMap((match) => keysOf(match[1]));
  return [...[...source.matchAll(/data-key="([^"]+)"/g)].map((match) => match[1]), ...included];
}

/** @param {string} entry @param {Set<string>} [found] @returns {Set<string>} modules that are loaded before the call */
function loadedWith(entry, found = new Set()) {
  if (found.has(entry) || !existsSync(join(ROOT, entry))) return found;
  found.add(entry);
  for (const [, path] of read(entry).matchAll(/^(?:import|export)\s[^;"]*"(\.[^"]+)";/gm)) loadedWith(join(dirname(entry), path), found);
  return found;
}

const EARLY = keysOf("rooms/call/strings.html");
const CALL = keysOf("rooms/call/strings_call.html");
// `call.js` says them of a call that runs.
const DURING = ["room-key.changed", "room-key.missing", "room-key.renewed", "addresses.hidden-still"];

test("each text is in one place", () => {
  const all = [...EARLY, ...CALL];
  assert.deepEqual(all.filter((key, index) => all.indexOf(key) !== index), []);
});

test("what is said before the call is in the page", () => {
  const modules = new Set(["call", "invite"].flatMap((page) => [...loadedWith(`static/js/pages/${page}.js`)]));
  assert.ok(modules.has("static/js/ui/devices/device-controls.js"));
  const said = [...modules].flatMap((path) => [...read(path).matchAll(/(?<![#.\w])text\("([^"]+)"/g)].map((match) => match[1]));
  assert.ok(said.length > 10);
  assert.deepEqual(said.filter((key) => !EARLY.includes(key) && !DURING.includes(key)), []);
  assert.deepEqual(DURING.filter((key) => !CALL.includes(key)), []);
});
