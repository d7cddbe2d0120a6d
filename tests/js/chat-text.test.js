import assert from "node:assert/strict";
import { test } from "node:test";

import { findLinks } from "../../static/js/chat/links.js";
import { cleanText, LIMITS, readChatReceipt, readHistory, readChatMessage } from "../../static/js/chat/messages.js";

const ID = "a".repeat(22);
const NOT_VALUES = [undefined, null, 7, "text", true, [], {}, [ID], { toString: 7 }];
const links = (text) => findLinks(text).filter(({ href }) => href !== undefined);

// ── What comes from strangers ───────────────────────────────────────────────────────────────────
test("a message within bounds is read, and only what belongs to it", () => {
  const read = readChatMessage({ id: ID, at: 1_795_419_600_000, text: "Hello\n\tΩ 😀", own: true, from: "", name: "Olga" });
  assert.deepEqual(read, { id: ID, at: 1_795_419_600_000, text: "Hello\n\tΩ 😀" });
});

test("what is no message is dropped", () => {
  const good = { id: ID, at: 1, text: "x" };
  for (const value of NOT_VALUES) {
    assert.equal(readChatMessage(value), null);
    assert.equal(readChatReceipt(value), null);
    assert.equal(readHistory(value), null);
    for (const field of ["id", "at", "text"]) {
      if (field !== "text" || value !== "text") if (field !== "at" || value !== 7) assert.equal(readChatMessage({ ...good, [field]: value }), null);
    }
  }
  for (const id of ["a".repeat(21), "a".repeat(23), `${"a".repeat(21)}/`, `${ID}\n`]) assert.equal(readChatMessage({ ...good, id }), null);
  for (const at of [0, -1, 0.5, 2 ** 53, NaN, Infinity, "1"]) assert.equal(readChatMessage({ ...good, at }), null);
  for (const text of ["", " \n\t", "\u0000\u0007", "x".repeat(LIMITS.textCharacters + 1)]) assert.equal(readChatMessage({ ...good, text }), null);
});

test("a history is read message by message, and as a whole within bounds", () => {
  const kept = { id: ID, at: 1, text: "x", pid: ID, name: " Ma\u202ex " };
  assert.deepEqual(readHistory({ kept: [kept, null, { ...kept, pid: "x" }, { ...kept, name: 7 }, { ...kept, text: "" }], more: false }), {
    kept: [{ ...kept, name: "Max" }],
    more: false,
  });
  assert.equal(readHistory({ kept: Array(LIMITS.keptAtOnce + 1).fill(kept), more: false }), null);
  assert.equal(readHistory({ kept: [], more: "yes" }), null);
  assert.deepEqual(readHistory({ have: [ID] }), { have: [ID] });
  for (const have of [Array(LIMITS.idsAtOnce + 1).fill(ID), [ID, 7], ["x"]]) assert.equal(readHistory({ have }), null);
});

test("a text is one to read: no towers, no empty screens, nothing that only a terminal understands", () => {
  assert.equal(cleanText("  a \r\nb\rc\u2028d  \n\n\n\n\ne\u0007\u001b[31m "), "a\nb\nc\nd\n\ne[31m");
  assert.equal(cleanText(`Z${"\u0335".repeat(50)}algo`), `Z${"\u0335".repeat(6)}algo`);
  assert.equal(cleanText("\ud800x\udc00"), "\ufffdx\ufffd");
  assert.equal(cleanText("x".repeat(1e6)).length, LIMITS.textCharacters);
  assert.equal(cleanText("a\n".repeat(2_000)).split("\n").length, LIMITS.lines);
  for (const kept of ["👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "שלום \u202Eabc\u202C", "Việt", "นี้", "a\u200bb", "<b>x</b> &amp;"]) assert.equal(cleanText(kept), kept);
});

// ── Links ───────────────────────────────────────────────────────────────────────────────────────
test("the pieces of a text are the text", () => {
  const texts = ["", "no link", "https://a.example", "(see https://a.example/b_(c), or https://d.example.)", "https:// http://x http:/x.example", "\u202Ehttps://a.example\u202C!"];
  for (const text of texts) assert.equal(findLinks(text).map((piece) => piece.text).join(""), text);
});

test("a link ends where the sentence goes on", () => {
  const cases = {
    "Look at https://example.org/a?b=c#d.": "https://example.org/a?b=c#d",
    "(https://example.org/wiki/A_(b))": "https://example.org/wiki/A_(b)",
    "[https://example.org/], then": "https://example.org/",
    "“https://example.org/x”!?": "https://example.org/x",
    "HTTPS://Example.ORG/Path": "HTTPS://Example.ORG/Path",
    "https://example.org:8443/x<b>": "https://example.org:8443/x",
    "http://[2001:db8::1]/x": "http://[2001:db8::1]/x",
  };
  for (const [text, link] of Object.entries(cases)) assert.deepEqual(links(text).map((piece) => piece.text), [link], text);
  assert.equal(links("HTTPS://Example.ORG/Path")[0].href, "https://example.org/Path");
});

test("nothing but http and https is a link, and none that says another host than it leads to", () => {
  const never = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,<script>1</script>", "vbscript:x", "file:///etc/passwd",
    "ftp://a.example", "//a.example", "www.a.example", "a.example", "mailto:a@b.example", "xhttps://a.example",
    "https://bank.example@evil.example/", "https://bank.example:pass@evil.example/", "https://@evil.example/", "http://%zz/", "https://", "https:///",
    `https://a.example/${"x".repeat(3_000)}`,
  ];
  for (const text of never) assert.deepEqual(links(text), [], text);
});

test("whatever is a link leads to http or https, as a property of the page is set", () => {
  const hostile = ["https://a.example/\"onmouseover=x", "https://a.example/'><script>", "https://a.example\\@evil.example", "https://a.example\u200b.evil.example", "https://a.example\u202egro.live", "http://a.example/\u0000"];
  for (const text of hostile) {
    const [link, ...more] = links(text);
    assert.deepEqual([new URL(link.href).host, more.length], ["a.example", 0], text);
  }
});

test("a host in letters that look like others is shown as the name system knows it", () => {
  assert.deepEqual(links("https://\u0430pple.com/x"), [{ text: "https://\u0430pple.com/x", href: "https://xn--pple-43d.com/x", host: "xn--pple-43d.com" }]);
  assert.equal(links("https://bücher.example")[0].host, "xn--bcher-kva.example");
  assert.equal(links("http://0x7f.1/")[0].host, "127.0.0.1");
  assert.equal(links("https://a\uff0eexample/")[0].host, "a.example");
  for (const plain of ["https://xn--pple-43d.com", "https://Example.org:443/", "http://example.org:80", "https://example.org?x"]) assert.equal(links(plain)[0].host, undefined, plain);
});

test("long texts are searched in little time", () => {
  const begun = performance.now();
  for (const text of ["https://".repeat(500), `https://a.example/${"(".repeat(3_900)}`, `https://a.example/${")".repeat(3_900)}`, `https://a/${".".repeat(3_900)}`, "h".repeat(4_000)]) findLinks(text);
  assert.ok(performance.now() - begun < 1_000);
});

test("of what ends a link or a line, eight times as much takes about eight times as long", () => {
  const cost = (/** @type {() => void} */ run) => Math.min(...Array.from({ length: 4 }, () => {
    const began = process.cpuUsage();
    for (let times = 0; times < 20; times += 1) run();
    return process.cpuUsage(began).user + process.cpuUsage(began).system;
  }));
  const kinds = { brackets: (/** @type {number} */ length) => findLinks(`https://a.de/${")".repeat(length)}`), spaces: (/** @type {number} */ length) => cleanText(`${" ".repeat(length)}x`) };
  for (const [what, run] of Object.entries(kinds)) {
    const [few, many] = [480, 3_840].map((length) => cost(() => run(length)));
    assert.ok(many < 24 * Math.max(few, 100), `${what}: ${few} and ${many} µs`);
  }
});
