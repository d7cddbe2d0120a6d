// Before the modules are there: what templates may contain, and what `static/early.js` may use.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import test from "node:test";

const ROOT = resolve(import.meta.dirname, "../..");
const TEMPLATES = join(ROOT, "templates");

const templates = readdirSync(TEMPLATES, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".html"))
  .map((name) => ({ name, html: readFileSync(join(TEMPLATES, name), "utf8") }));

test("no form puts what was typed into an address, but for the searches of the admin site", () => {
  const forms = templates.flatMap(({ name, html }) => [...html.matchAll(/<form\b[^>]*>/g)].map(([tag]) => ({ name, tag })));
  assert.ok(forms.length > 20, "the forms were found");
  const wrong = forms.filter(({ tag }) => !/ method="(post|dialog|\{\{)/.test(tag) && !tag.includes('role="search"'));
  assert.deepEqual(wrong, []);
});

test("what a module has to enable is disabled in the HTML", () => {
  for (const { name, html } of templates) {
    for (const [tag] of html.matchAll(/<button\b[^>]*\bdata-early="[^>]*>/g)) assert.match(tag, / disabled /, name);
    for (const [tag] of html.matchAll(/<button\b[^>]*\bdata-copy="[^>]*>/g)) assert.match(tag, / data-early="/, name);
  }
});

test("early.js is small, and a browser without modules can read it", () => {
  const source = readFileSync(join(ROOT, "static/early.js"), "utf8");
  assert.ok(source.length < 6600, `${source.length} characters`);
  const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  assert.doesNotMatch(code, /=>|`|\?\.|\?\?|\b(const|let|class|async|await|import|export)\b|\.\.\.|,\s*\)/);
});
