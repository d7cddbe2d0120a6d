import assert from "node:assert/strict";
import { test } from "node:test";

import { Chat } from "../../static/js/chat/chat.js";
import { inParts } from "../../static/js/chat/history.js";
import { findLinks } from "../../static/js/chat/links.js";
import { ChatLog } from "../../static/js/chat/log.js";
import { cleanText, LIMITS, readGot, readHistory, readSaid, TOPICS } from "../../static/js/chat/messages.js";
import { World } from "./chat-world.js";

const ID = "a".repeat(22);
const NOT_VALUES = [undefined, null, 7, "text", true, [], {}, [ID], { toString: 7 }];
const links = (text) => findLinks(text).filter(({ href }) => href !== undefined);

// ── What comes from strangers ───────────────────────────────────────────────────────────────────
test("a message within bounds is read, and only what belongs to it", () => {
  const read = readSaid({ id: ID, at: 1_795_419_600_000, text: "Hello\n\tΩ 😀", own: true, from: "", name: "Olga" });
  assert.deepEqual(read, { id: ID, at: 1_795_419_600_000, text: "Hello\n\tΩ 😀" });
});

test("what is no message is dropped", () => {
  const good = { id: ID, at: 1, text: "x" };
  for (const value of NOT_VALUES) {
    assert.equal(readSaid(value), null);
    assert.equal(readGot(value), null);
    assert.equal(readHistory(value), null);
    for (const field of ["id", "at", "text"]) {
      if (field !== "text" || value !== "text") if (field !== "at" || value !== 7) assert.equal(readSaid({ ...good, [field]: value }), null);
    }
  }
  for (const id of ["a".repeat(21), "a".repeat(23), `${"a".repeat(21)}/`, `${ID}\n`]) assert.equal(readSaid({ ...good, id }), null);
  for (const at of [0, -1, 0.5, 2 ** 53, NaN, Infinity, "1"]) assert.equal(readSaid({ ...good, at }), null);
  for (const text of ["", " \n\t", "\u0000\u0007", "x".repeat(LIMITS.textCharacters + 1)]) assert.equal(readSaid({ ...good, text }), null);
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

// ── The log ─────────────────────────────────────────────────────────────────────────────────────
const kept = (over = {}) => ({ id: ID, pid: "p".repeat(22), name: "Max", at: 1_000, text: "x", ...over });

test("a message that several have kept is there once, and its author may say that it is theirs", () => {
  const log = new ChatLog();
  assert.equal(log.take(kept(), { from: "Sam" }).is, "new");
  assert.equal(log.take(kept({ at: 900 }), { from: "Olga" }).is, "known");
  assert.deepEqual([log.entries.length, log.entries[0].from], [1, "Sam"]);
  assert.equal(log.take(kept()).is, "confirmed");
  assert.equal(log.entries[0].from, "");
  // What somebody else hands on under the same id does not replace it.
  assert.equal(log.take(kept({ text: "I quit" }), { from: "Sam" }).is, "new");
  assert.deepEqual(log.entries.map(({ text, from }) => [text, from]), [["x", ""], ["I quit", "Sam"]]);
});

test("messages stand in the order in which they were written, wherever they came from", () => {
  const log = new ChatLog();
  for (const at of [5, 1, 9, 5, 3]) log.take(kept({ at, id: `${at}${log.entries.length}`.padEnd(22, "a") }));
  assert.deepEqual(log.entries.map(({ at }) => at), [1, 3, 5, 5, 9]);
  assert.equal(log.newest, 9);
});

test("nobody writes in the future, nor hides a message in the past", () => {
  const log = new ChatLog();
  const { at, time } = log.take(kept({ at: 9e15 }), { now: 50_000 }).entry;
  assert.deepEqual([at, time], [650_000, 50_000]);
  assert.equal(log.take(kept({ at: 1, text: "y" }), { now: 50_000, oldest: 10_000 }).entry.at, 40_000);
});

test("the log lets the oldest go, by number and by size", () => {
  const log = new ChatLog();
  const id = (number) => String(number).padStart(22, "0");
  for (let at = 1; at <= 300; at += 1) log.take(kept({ at, id: id(at) }));
  assert.deepEqual([log.entries.length, log.entries[0].at], [LIMITS.messagesKept, 101]);
  assert.equal(log.take(kept({ at: 5, id: id(5) })).is, "too-old");
  for (let at = 1_000; at < 1_100; at += 1) log.take(kept({ at, id: id(at), text: "x".repeat(LIMITS.textCharacters) }));
  const size = log.entries.reduce((sum, { text }) => sum + text.length, 0);
  assert.ok(size <= LIMITS.charactersKept && size > LIMITS.charactersKept * 0.9);
});

test("each part of a history fits into one message of the channel", () => {
  const all = Array.from({ length: 200 }, (_, at) => kept({ text: "\u0001\"".repeat(at * 10) }));
  const parts = inParts(all);
  assert.deepEqual(parts.flat(), all);
  for (const part of parts) assert.ok(JSON.stringify({ [TOPICS.history]: { kept: part, more: true } }).length <= 65_536);
  assert.deepEqual(inParts([]), [[]]);
});

// ── Several people ──────────────────────────────────────────────────────────────────────────────
function meet(context, ...names) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const world = new World();
  const come = (name) => {
    const person = world.add(name);
    person.chat = new Chat(person, new AbortController().signal);
    person.read = () => person.chat.log.entries.map(({ name: author, text, from }) => [author, text, ...(from ? [from] : [])]);
    return person;
  };
  return { world, come, people: names.map(come) };
}

test("what is said comes to everybody, and the author knows when it has", async (context) => {
  const { world, people: [olga, max, guest] } = meet(context, "Olga", "Max", "Guest");
  world.connect(olga, max);
  olga.mesh.peers.set(guest.pid, { state: "connecting" });
  olga.people.set(guest.pid, { name: "Guest", state: "connecting", role: "guest" });
  assert.equal(olga.chat.say("Hello"), "said");
  await world.settle();
  assert.deepEqual(max.read(), [["Olga", "Hello"]]);
  assert.deepEqual([...olga.chat.log.entries[0].waiting], [guest.pid]);

  // As soon as the guest can be reached they get it, from its author.
  world.connect(olga, guest);
  await world.settle();
  assert.deepEqual(guest.read(), [["Olga", "Hello"]]);
  assert.equal(olga.chat.log.entries[0].waiting.size, 0);
});

test("nothing is lost while a connection is interrupted, and nothing comes twice", async (context) => {
  const { world, people: [olga, max] } = meet(context, "Olga", "Max");
  world.connect(olga, max);
  olga.chat.say("one");
  world.interrupt(olga, max);
  olga.chat.say("two");
  max.chat.say("three");
  await world.settle();
  world.connect(olga, max);
  await world.settle();
  for (const person of [olga, max]) assert.deepEqual(new Set(person.read().map(([, text]) => text)), new Set(["one", "two", "three"]));
  assert.deepEqual(olga.read(), max.read());
  assert.ok([olga, max].every(({ chat }) => chat.log.entries.every(({ waiting }) => waiting.size === 0)));
});

test("an answer never stands above its question, whatever the clocks say", async (context) => {
  const { world, people: [olga, max] } = meet(context, "Olga", "Max");
  world.connect(olga, max);
  const now = Date.now();
  context.mock.method(Date, "now", () => now);
  olga.chat.say("question");
  await world.settle();
  Date.now.mock.mockImplementation(() => now - 60_000);
  max.chat.say("answer");
  await world.settle();
  for (const { read } of [olga, max]) assert.deepEqual(read().map(([, text]) => text), ["question", "answer"]);
});

test("who comes later gets what was said: from those who said it, and of those who left, marked", async (context) => {
  const { world, come, people: [olga, max, guest] } = meet(context, "Olga", "Max", "Guest");
  world.connect(olga, max);
  olga.chat.say("from Olga");
  max.chat.say("from Max");
  await world.settle();
  world.connect(guest, olga);
  world.connect(guest, max);
  await world.settle();
  assert.deepEqual(new Set(guest.read().map(String)), new Set(["Olga,from Olga", "Max,from Max"]));

  for (const other of [olga, guest]) world.part(other, max);
  const sam = come("Sam");
  for (const other of [olga, guest]) world.connect(sam, other);
  await world.settle();
  assert.deepEqual(new Set(sam.read().map(String)), new Set(["Olga,from Olga", "Max,from Max,Olga"]));
});

test("nobody puts words into the mouth of somebody who is here", async (context) => {
  const { world, people: [olga, max, sam] } = meet(context, "Olga", "Max", "Sam");
  // Sam's program hands on what Olga never said, and what somebody says who was never there.
  const forged = [
    { id: "f".repeat(22), pid: olga.pid, name: "Olga", at: 1, text: "I quit" },
    { id: "g".repeat(22), pid: "z".repeat(22), name: "Olga", at: 2, text: "me too" },
    { id: "h".repeat(22), pid: max.pid, name: "Max", at: 3, text: "my own words?" },
  ];
  world.connect(olga, max);
  sam.chat.log.take(forged[0], { from: "" });
  for (const one of forged.slice(1)) sam.chat.log.take(one, { from: "" });
  world.connect(max, sam);
  await world.settle();
  assert.deepEqual(max.read(), [["Olga", "me too", "Sam"]]);

  // Nor does an answer count that nobody asked for.
  sam.mesh.tell(max.pid, TOPICS.history, { kept: [{ ...forged[1], id: "i".repeat(22), text: "unasked" }], more: false });
  await world.settle();
  assert.equal(max.read().length, 1);
});

test("what was handed on is confirmed when its author comes back", async (context) => {
  const { world, people: [olga, max, guest] } = meet(context, "Olga", "Max", "Guest");
  world.connect(olga, max);
  max.chat.say("hello");
  await world.settle();
  world.connect(guest, olga);
  await world.settle();
  assert.deepEqual(guest.read(), [["Max", "hello", "Olga"]]);
  world.connect(guest, max);
  await world.settle();
  assert.deepEqual(guest.read(), [["Max", "hello"]]);
});

test("the next one is asked when somebody does not answer, goes on for ever, or leaves; an answer may have several parts", async (context) => {
  const { world, people: [olga, max, sam, guest] } = meet(context, "Olga", "Max", "Sam", "Guest");
  const long = "x".repeat(LIMITS.textCharacters);
  for (let count = 0; count < 30; count += 1) max.chat.say(`${count} ${long.slice(10)}`);
  const asked = [];
  for (const person of [sam, guest]) {
    // Programs of their own, which answer nothing.
    person.mesh = Object.assign(new EventTarget(), { peers: new Map(), emit: (type, { topic }) => type === "told" && topic === TOPICS.history && asked.push(person) });
    world.connect(olga, person);
  }
  world.connect(olga, max);
  await world.settle();
  assert.deepEqual([asked, olga.read().length], [[sam], 0]);
  for (let count = 0; count < 8; count += 1) {
    assert.deepEqual(asked, [sam]);
    world.queue.push([sam.pid, olga.pid, JSON.stringify({ topic: TOPICS.history, payload: { kept: [], more: true } })]);
    await world.settle();
  }
  assert.deepEqual(asked, [sam, guest]);
  context.mock.timers.tick(5_000);
  await world.settle();
  assert.equal(olga.read().length, 30);

  // One who leaves while they are asked does not stand in the way either.
  world.connect(olga, sam);
  world.connect(olga, guest);
  await world.settle();
  assert.deepEqual(asked, [sam, guest, sam]);
  world.part(olga, sam);
  await world.settle();
  assert.deepEqual(asked, [sam, guest, sam, guest]);
});

test("who asks again and again is answered for a while", async (context) => {
  const { world, people: [olga, max] } = meet(context, "Olga", "Max");
  olga.chat.say("hello");
  world.connect(olga, max);
  await world.settle();
  let answers = 0;
  max.mesh.addEventListener("told", ({ detail }) => (answers += detail.topic === TOPICS.history && "kept" in detail.payload ? 1 : 0));
  for (let count = 0; count < 50; count += 1) max.mesh.tell(olga.pid, TOPICS.history, { have: [] });
  await world.settle();
  assert.equal(answers, LIMITS.asksPerMinute - 1);
});

test("nothing waits for those who are refused, or who leave", async (context) => {
  const { world, people: [olga, max, sam] } = meet(context, "Olga", "Max", "Sam");
  for (const other of [max, sam]) {
    world.connect(olga, other);
    world.interrupt(olga, other);
  }
  olga.mesh.peers.get(sam.pid).state = "refused";
  olga.chat.say("hello");
  const [{ waiting }] = olga.chat.log.entries;
  assert.deepEqual([...waiting], [max.pid]);
  world.part(olga, max);
  assert.equal(waiting.size, 0);
});

test("a flood is cut off, on both sides", async (context) => {
  const { world, people: [olga, max] } = meet(context, "Olga", "Max");
  world.connect(olga, max);
  const done = Array.from({ length: 100 }, (_, at) => olga.chat.say(`message ${at}`));
  assert.equal(done.filter((one) => one === "said").length, LIMITS.writtenPerMinute);
  assert.equal(done.at(-1), "too-fast");
  for (let at = 0; at < 500; at += 1) olga.mesh.tell(max.pid, TOPICS.said, { id: String(at).padStart(22, "0"), at: 1_000 + at, text: "x" });
  await world.settle();
  assert.equal(max.chat.log.entries.length, LIMITS.takenPerMinute);
  assert.deepEqual([olga.chat.say(" "), olga.chat.say("x".repeat(5_000))], ["empty", "too-long"]);
});
