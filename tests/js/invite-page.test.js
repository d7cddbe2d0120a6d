// The page of an invite link loads first what it needs to ask whose meeting it is.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import test from "node:test";

const ROOT = resolve(import.meta.dirname, "../..");
const SCRIPTS = join(ROOT, "static/js");

/** @param {string} path @param {Set<string>} [found] @returns {Set<string>} the module and all that it imports */
function closureOf(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  const source = readFileSync(path, "utf8");
  for (const [, to] of source.matchAll(/^import\s[^"'`;]*?["'](\.[^"']+)["']/gm)) closureOf(resolve(dirname(path), to), found);
  return found;
}

test("all modules of a look are preloaded, and no other", () => {
  const template = readFileSync(join(ROOT, "templates/rooms/_invite_modules.html"), "utf8");
  const preloaded = [...template.matchAll(/static 'js\/([^']+)'/g)].map((match) => match[1]);
  const entry = join(SCRIPTS, "pages/invite.js");
  const needed = [...closureOf(entry)].filter((path) => path !== entry).map((path) => relative(SCRIPTS, path));
  assert.ok(needed.length > 10);
  assert.deepEqual(preloaded, needed.sort());
});
