// The browser's half of the house: which folder may import which (imports of types count), how large folders and
// modules may grow, and rules that have one home. docs/architecture.md explains the layers.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import test from "node:test";

const ROOT = resolve(import.meta.dirname, "../../static/js");

/** Each folder with the folders that it may import from, besides itself and what lies below it. */
const ALLOWED = {
  lib: [],
  gate: ["lib"],
  signaling: ["lib"],
  keys: ["lib"],
  peer: ["lib", "gate", "signaling"],
  media: ["lib", "gate", "peer"],
  probe: ["lib", "media"],
  files: ["lib", "gate", "peer"],
  chat: ["lib", "gate", "signaling", "peer", "files"],
  hosts: ["lib", "gate", "signaling", "peer"],
  call: ["lib", "gate", "signaling", "keys", "peer", "media"],
  waiting: ["lib", "gate", "signaling", "keys", "peer", "files"],
  ui: ["lib", "signaling", "keys", "peer", "media", "chat", "files", "hosts", "call", "waiting"],
  pages: ["lib", "signaling", "keys", "peer", "media", "probe", "chat", "files", "hosts", "call", "waiting", "ui"],
};

/** @param {string} folder */
function modulesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".js"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/**
 * Returns what a module imports: static, dynamic and type imports, and scripts by URL.
 * @param {string} source
 */
function importsOf(source) {
  const patterns = [
    /(?:^|\s)(?:import|export)\s[^'"`;]*?from\s*["'](\.[^"']+)["']/g, // import … from, export … from, @import … from
    /(?:^|\s)import\s*["'](\.[^"']+)["']/g,
    /import\(\s*["'](\.[^"']+)["']\s*\)/g,
    /@import\s[^'"`;]*?from\s*["'](\.[^"']+)["']/g,
    /new URL\(\s*["'](\.[^"']+\.js)["']/g,
  ];
  return [...new Set(patterns.flatMap((pattern) => [...source.matchAll(pattern)].map((match) => match[1])))];
}

/**
 * Returns the imports that point from a lower layer to a higher one.
 * @param {Map<string, string[]>} imports by module, both as paths below static/js
 */
function wrongArrows(imports) {
  const wrong = [];
  for (const [from, targets] of imports) {
    const layer = from.split("/")[0];
    for (const to of targets) {
      const other = to.split("/")[0];
      if (other !== layer && !ALLOWED[layer]?.includes(other)) wrong.push(`${from} → ${to}`);
    }
  }
  return wrong;
}

/**
 * Returns the sets of modules that import each other in a circle (Tarjan's algorithm).
 * @param {Map<string, string[]>} imports
 */
function circles(imports) {
  const found = [];
  const order = new Map();
  const lowest = new Map();
  const stack = [];
  /** @param {string} module */
  const visit = (module) => {
    order.set(module, order.size);
    lowest.set(module, order.get(module));
    stack.push(module);
    for (const target of imports.get(module) ?? []) {
      if (!order.has(target)) {
        visit(target);
        lowest.set(module, Math.min(lowest.get(module), lowest.get(target)));
      } else if (stack.includes(target)) {
        lowest.set(module, Math.min(lowest.get(module), order.get(target)));
      }
    }
    if (lowest.get(module) === order.get(module)) {
      const circle = stack.splice(stack.indexOf(module));
      if (circle.length > 1) found.push(circle.sort().join(" ⇄ "));
    }
  };
  for (const module of imports.keys()) if (!order.has(module)) visit(module);
  return found;
}

const modules = modulesBelow(ROOT);
const sources = new Map(modules.map((path) => [relative(ROOT, path), readFileSync(path, "utf8")]));
const imports = new Map(
  [...sources].map(([name, source]) => [
    name,
    importsOf(source)
      .map((target) => relative(ROOT, resolve(ROOT, dirname(name), target)))
      .filter((target) => !target.startsWith("..")),
  ]),
);

test("every import points down", () => {
  assert.ok(modules.length > 150, "the modules were found");
  for (const [from, targets] of imports) for (const to of targets) assert.ok(sources.has(to), `${from} imports ${to}`);
  assert.deepEqual(wrongArrows(imports), []);
});

test("an arrow that is turned round is noticed", () => {
  assert.deepEqual(importsOf('/** @import { Stage } from "../ui/stage/stage.js" */'), ["../ui/stage/stage.js"]);
  assert.deepEqual(importsOf('const page = await import("../pages/call.js");'), ["../pages/call.js"]);
  assert.deepEqual(wrongArrows(new Map([["call/session.js", ["ui/stage/stage.js", "lib/emitter.js"]]])), [
    "call/session.js → ui/stage/stage.js",
  ]);
  assert.deepEqual(circles(new Map([["a", ["b"]], ["b", ["c"]], ["c", ["a"]], ["d", ["a"]]])), ["a ⇄ b ⇄ c"]);
});

test("no modules import each other in a circle", () => {
  assert.deepEqual(circles(imports), []);
});

test("the pages of the harness and of the benchmarks import what is there", () => {
  const pages = ["tests/browser/harness", "benchmarks/files_page", "benchmarks/media_page"].map((folder) => join(ROOT, "../..", folder));
  const imported = pages.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".js"))
      .flatMap((name) => [...readFileSync(join(folder, name), "utf8").matchAll(/from "\/static\/js\/([^"]+)"/g)].map((found) => found[1])),
  );
  assert.ok(imported.length > 10);
  assert.deepEqual(imported.filter((path) => !sources.has(path)), []);
});

test("folders and modules stay small", () => {
  const sizes = new Map();
  for (const name of sources.keys()) sizes.set(dirname(name), (sizes.get(dirname(name)) ?? 0) + 1);
  assert.deepEqual([...sizes].filter(([, count]) => count > 20), []);
  const long = [...sources].map(([name, source]) => [name, source.split("\n").length - 1]);
  assert.deepEqual(long.filter(([, lines]) => lines > 320), []);
});

test("pages holds only what a template names, or another page", () => {
  const templates = resolve(ROOT, "../../templates");
  const html = readdirSync(templates, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".html"))
    .map((name) => readFileSync(join(templates, name), "utf8"))
    .join("\n");
  const pages = [...sources.keys()].filter((name) => name.startsWith("pages/"));
  const imported = new Set(pages.flatMap((name) => imports.get(name) ?? []));
  assert.deepEqual(pages.filter((name) => !html.includes(`js/${name}`) && !imported.has(name)), []);
});

test("the code speaks for itself: at most a quarter of the lines are comments", () => {
  let lines = 0;
  let comments = 0;
  for (const source of sources.values()) {
    for (const line of source.split("\n")) {
      if (!line.trim()) continue;
      lines += 1;
      if (/^\s*(\/\/|\/\*|\*)/.test(line)) comments += 1;
    }
  }
  assert.ok(comments / lines <= 0.25, `${((100 * comments) / lines).toFixed(1)} % of the lines are comments`);
});

test("a rule has one home", () => {
  const homes = {
    "the pattern of ids": /\^\[A-Za-z0-9_-\]\{22\}\$/,
    "which roles are hosts": /\[\s*["']owner["'],\s*["']moderator["']\s*\]/,
    "storage that a browser may block": /\b(localStorage|sessionStorage)\b|new BroadcastChannel/,
    "how dates and numbers are written": /\bIntl\.(?!Segmenter)|\.toLocale\w*String\(|\.toFixed\(/,
    "close codes": /\b40[0-3]\d\b/,
  };
  for (const [rule, pattern] of Object.entries(homes)) {
    const places = [...sources].filter(([, source]) => pattern.test(source)).map(([name]) => name);
    assert.ok(places.length <= 1, `${rule}: ${places.join(", ")}`);
  }
});
