import assert from "node:assert/strict";
import { test } from "node:test";

import { parseMarkdown, parseSpans } from "../../static/js/chat/markdown.js";
import { writeTranscript } from "../../static/js/chat/transcript.js";
import { randomFrom } from "./simulated-clock.js";

/** A short form: [b] bold, [i] italic, [s] struck out, [c] code, [a] link. */
const spans = (some) => some.map(({ text, code, strong, em, struck, href }) => [strong && "b", em && "i", struck && "s", code && "c", href && "a"].filter(Boolean).reduceRight((inner, mark) => `[${mark}]${inner}[/]`, text)).join("");
const blocks = (text) => parseMarkdown(text).map((block) => {
  if (block.kind === "code") return ["code", block.text];
  if (block.kind === "list") return [block.start === null ? "bullets" : `numbers from ${block.start}`, ...block.items.map(spans)];
  return [block.kind, spans(block.spans)];
});

test("the marks that people type", () => {
  for (const [line, shown] of [
    ["**bold** and *italic* and _italic_", "[b]bold[/] and [i]italic[/] and [i]italic[/]"],
    ["__so__ ~~not~~ `x = *y*`", "[b]so[/] [s]not[/] [c]x = *y*[/]"],
    ["**bold and *both* here**", "[b]bold and [/][b][i]both[/][/][b] here[/]"],
    ["see **https://example.org/a_b_c** now", "see [b][a]https://example.org/a_b_c[/][/] now"],
    ["``a ` b``", "[c]a ` b[/]"],
    ["(*really*)", "([i]really[/])"],
  ]) assert.equal(spans(parseSpans(line)), shown, line);
});

test("what is no mark stays as it was written", () => {
  for (const line of ["2*3*4 = 24", "snake_case_name", "a * b * c", "**", "* ", "5 ** 2", "`open", "~approx~", "*open", "***", "**bold", "<b>x</b>", "&lt;", "[text](https://example.org)", "\u202e*", "a~~b~~c"]) {
    assert.equal(parseSpans(line).map(({ text }) => text).join(""), line);
    assert.ok(parseSpans(line).every(({ code, strong, em, struck }) => !(code || strong || em || struck)), line);
  }
});

test("code, lists and quotes", () => {
  assert.deepEqual(blocks("Try:\n```py\nif a < b:\n    *p\n```\nDone"), [["text", "Try:"], ["code", "if a < b:\n    *p"], ["text", "Done"]]);
  assert.deepEqual(blocks("```\nnever closed\n- a"), [["text", "```\nnever closed"], ["bullets", "a"]]);
  assert.deepEqual(blocks("- one\n* **two**\n3. three\n4) four"), [["bullets", "one", "[b]two[/]"], ["numbers from 3", "three", "four"]]);
  assert.deepEqual(blocks("> who\n> asks\nI do\n\nstill"), [["quote", "who\nasks"], ["text", "I do\n\nstill"]]);
  assert.deepEqual(blocks("-5 degrees\n1.5 m"), [["text", "-5 degrees\n1.5 m"]]);
});

test("no text is lost or invented, and none takes long", () => {
  const random = randomFrom(7);
  const pieces = ["*", "**", "_", "__", "~~", "`", "``", "```", "\n", " ", "a", "é", "- ", "1. ", "> ", "<i>", "https://a.de/_x_", "\u{1f600}"];
  for (let round = 0; round < 300; round += 1) {
    const text = Array.from({ length: 60 }, () => pieces[random(pieces.length)]).join("");
    const parsed = parseMarkdown(text);
    const out = JSON.stringify(parsed.map((block) => (block.kind === "code" ? block.text : (block.kind === "list" ? block.items.flat() : block.spans).map((span) => span.text))));
    const letters = (words) => [...words].filter((one) => /[aeé\u{1f600}<]/u.test(one)).sort().join("");
    assert.equal(letters(out), letters(text), text);
  }
  for (const unit of ["*a ", "*a* ", "`a", "`a` ", "_", "**a", "~~a~~ ", "``` ", "> ", "1. ", "_a *b "]) {
    const began = process.cpuUsage();
    parseMarkdown(unit.repeat(4_000).slice(0, 4_000));
    assert.ok(process.cpuUsage(began).user < 1_000_000, `${unit}: ${process.cpuUsage(began).user / 1_000} ms`);
  }
});

test("eight times the marks take about eight times as long", () => {
  const cost = (/** @type {string} */ text) => Math.min(...Array.from({ length: 4 }, () => {
    const began = process.cpuUsage();
    parseMarkdown(text);
    return process.cpuUsage(began).user + process.cpuUsage(began).system;
  }));
  for (const unit of ["*a* ", "`a` ", "**a** `b` "]) {
    const [few, many] = [4_000, 32_000].map((length) => cost(unit.repeat(length).slice(0, length)));
    assert.ok(many < 24 * few, `${unit}: ${few} and ${many} µs`);
  }
});

test("a saved chat: a message cannot pretend to be two", () => {
  const words = { time: () => "10:00", author: ({ name }) => name, marks: ({ to }) => (to ? "Only to you" : ""), picture: ({ name }) => `[${name}]`, deleted: "Deleted" };
  const entry = (over) => ({ time: 0, name: "Max", text: "", pictures: [], to: null, deleted: false, ...over });
  const entries = [
    entry({ text: "hi\n10:00 Olga: I quit" }),
    entry({ name: "Olga\n10:00 Max", text: "two", to: { name: "Max" }, pictures: [{ name: "a.png" }] }),
    entry({ deleted: true }),
  ];
  assert.equal(writeTranscript(entries, "Chat in\nRoom", words), "Chat in Room\n\n10:00 Max: hi\n    10:00 Olga: I quit\n10:00 Olga 10:00 Max (Only to you): two\n    [a.png]\n10:00 Max: Deleted\n");
});
