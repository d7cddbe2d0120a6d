// Pictures in the chat: who gets which, when, and what a hostile peer can do.

import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import test from "node:test";

import { Chat } from "../../static/js/chat/chat.js";
import { LIMITS, readChatMessage, readHistory, readPictureOffered, readPictureWanted, TOPICS } from "../../static/js/chat/messages.js";
import { ChatPictures } from "../../static/js/chat/pictures.js";
import { formatOf } from "../../static/js/chat/picture-format.js";
import { Allowance, LIMITS as ALLOWED } from "../../static/js/files/receive/allowance.js";
import { makeTransferId } from "../../static/js/files/protocol/messages.js";
import { World } from "./chat-world.js";
import { MemoryExchange } from "./memory-exchange.js";

const ID = "a".repeat(22);
const MB = 1_000_000;
const PNG = Uint8Array.of(0x89, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 40, 0, 0, 0, 30, 8, 6, 0, 0, 0, 0, 0, 0, 0);

// ── What comes from strangers ───────────────────────────────────────────────────────────────────
const stated = (over = {}) => ({ name: "cat.png", size: 1_000, width: 40, height: 30, ...over });
const message = (...pictures) => ({ id: ID, at: 1, text: "", pictures });

test("a message may be pictures alone, and reads only what belongs to them", () => {
  assert.deepEqual(readChatMessage(message({ ...stated(), blob: "x", type: "image/svg+xml" })), message(stated()));
  assert.deepEqual(readChatMessage({ ...message(stated()), text: "Look!" }).text, "Look!");
  assert.equal(readChatMessage(message(stated({ name: "../../a\u202Egnp.exe" }))).pictures[0].name, ".._.._agnp.exe");
  const kept = { ...message(stated()), pid: ID, name: "Max" };
  assert.deepEqual(readHistory({ kept: [kept, { ...kept, pictures: [{}] }], more: false }).kept, [kept]);
});

test("pictures out of bounds are no message", () => {
  const wrong = [
    ...["", 7, null, "x".repeat(256)].map((name) => ({ name })).slice(1),
    ...[0, -1, 0.5, "7", NaN, LIMITS.pictureBytes + 1, undefined].map((size) => ({ size })),
    ...[0, 32_768, "40", null].flatMap((side) => [{ width: side }, { height: side }]),
  ];
  for (const over of wrong) assert.equal(readChatMessage(message(stated(over))), null, JSON.stringify(over));
  for (const pictures of [[], {}, null, "x", 7, [null], [7], Array(LIMITS.picturesAMessage + 1).fill(stated())]) {
    assert.equal(readChatMessage({ id: ID, at: 1, text: "words", pictures }), null, JSON.stringify(pictures));
  }
});

test("requests for a picture, and answers, are read within bounds", () => {
  assert.deepEqual(readPictureWanted({ id: ID, picture: 0, more: 1 }), { id: ID, picture: 0 });
  assert.deepEqual(readPictureOffered({ id: ID, picture: 9, transfer: ID }), { id: ID, picture: 9, transfer: ID });
  assert.deepEqual(readPictureOffered({ id: ID, picture: 9, transfer: "" }), { id: ID, picture: 9, transfer: "" });
  for (const value of [null, 7, {}, { id: ID }, { id: "x", picture: 0 }, { id: ID, picture: 10 }, { id: ID, picture: -1 }, { id: ID, picture: "0" }]) {
    assert.equal(readPictureWanted(value), null);
  }
  for (const transfer of [undefined, null, 7, "x"]) assert.equal(readPictureOffered({ id: ID, picture: 0, transfer }), null);
});

// ── Several people ──────────────────────────────────────────────────────────────────────────────
function fileOf(name, bytes = PNG) {
  return new File([bytes], name, { lastModified: 1 });
}

function meet(context, ...names) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const world = new World();
  const come = (name, frugal = false) => {
    const person = world.add(name);
    const life = new AbortController();
    setMaxListeners(0, life.signal);
    const chat = new Chat(person, life.signal);
    const exchange = new MemoryExchange(person.mesh);
    const allowance = new Allowance(() => frugal);
    const pictures = new ChatPictures({ chat, room: person, exchange, allowance, keptBytes: { received: 4 * PNG.length, own: 5 * PNG.length } }, life.signal);
    const all = () => chat.log.entries.flatMap((entry) => pictures.of(entry));
    const states = () => all().map(({ state }) => state);
    const send = async (text, ...files) => {
      const chosen = [];
      for (const file of files) chosen.push({ file, format: (await formatOf(file)) ?? { type: "", width: 1, height: 1, moves: false } });
      return pictures.send(text, chosen);
    };
    return Object.assign(person, { life, chat, exchange, pictures, all, states, send });
  };
  const people = names.map((name) => come(name));
  for (const [at, one] of people.entries()) for (const other of people.slice(at + 1)) world.connect(one, other);
  /** Until nothing moves any more: files are read between the messages. */
  const settle = async () => {
    for (let quiet = 0; quiet < 20; quiet += 1) {
      if (world.queue.length > 0) quiet = 0;
      await world.settle();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { world, come, people, settle };
}

test("pictures reach everyone in the call, with the text and in its place", async (context) => {
  const { people: [olga, max, sam], settle } = meet(context, "Olga", "Max", "Sam");
  assert.equal(await olga.send("Look", fileOf("one.png"), fileOf("two.png")), "sent");
  const [own] = olga.all();
  assert.deepEqual([own.state, own.blob instanceof File, [...own.missing.keys()]], ["here", true, [max.pid, sam.pid]]);
  await settle();
  max.chat.sendMessage("Nice");
  await settle();
  for (const person of [olga, max, sam]) {
    assert.deepEqual(person.chat.log.entries.map(({ text, pictures }) => [text, pictures.map(({ name }) => name)]), [["Look", ["one.png", "two.png"]], ["Nice", []]]);
    assert.deepEqual(person.states(), ["here", "here"]);
  }
  const [picture] = max.all();
  assert.deepEqual([picture.blob.type, picture.format.width, picture.name], ["image/png", 40, "one.png"]);
  assert.deepEqual(new Uint8Array(await picture.blob.arrayBuffer()), PNG);
  assert.deepEqual(max.exchange.destinations, ["memory", "memory"]);
  // Everyone has it, and the sender keeps no transfer.
  assert.deepEqual([own.missing.size, olga.exchange.transfers.size], [0, 0]);
  assert.equal(await olga.send("", fileOf("three.png")), "sent");
  assert.equal(await olga.send(" "), "empty");
});

test("who saves data loads a picture with a press, and the sender sees that it is not there yet", async (context) => {
  const { world, come, people: [olga], settle } = meet(context, "Olga");
  const max = come("Max", true);
  world.connect(olga, max);
  await olga.send("", fileOf("one.png"));
  await settle();
  const [picture] = max.all();
  assert.deepEqual([picture.state, picture.canLoad, max.exchange.destinations], ["held", true, []]);
  assert.deepEqual([[...olga.all()[0].missing.keys()], olga.all()[0].isBeingSent], [[max.pid], false]);
  max.pictures.load(picture);
  max.pictures.load(picture);
  await settle();
  assert.deepEqual([picture.state, olga.all()[0].missing.size, max.exchange.transfers.size], ["here", 0, 1]);
});

test("large pictures, and those beyond a person's allowance, wait for a press", async (context) => {
  const { world, people: [olga, max], settle } = meet(context, "Olga", "Max");
  const say = (id, ...pictures) => olga.mesh.send(max.pid, TOPICS.message, { id: String(id).padStart(22, "0"), at: 1_000 + id, text: "", pictures });
  say(1, stated({ size: ALLOWED.chat.fileBytes + 1 }));
  for (let id = 2; id < 10; id += 1) say(id, stated({ size: 9 * MB }));
  // Olga's program has none of them.
  await settle();
  assert.deepEqual(max.all().map(({ state, canLoad }) => [state, canLoad]), [["held", true], ...Array(5).fill(["failed", false]), ...Array(3).fill(["held", true])]);
});

test("who comes later sees that there were pictures, and loads one from its author, as long as they are there", async (context) => {
  const { world, come, people: [olga, max], settle } = meet(context, "Olga", "Max");
  await olga.send("Look", fileOf("one.png"), fileOf("two.png"));
  await settle();
  const late = come("Late");
  world.connect(late, max);
  await settle();
  // From Max, who has them: but only their author can say that they are hers.
  assert.deepEqual(late.all().map(({ state, canLoad, entry: { from } }) => [state, canLoad, from]), [["held", false, "Max"], ["held", false, "Max"]]);
  world.connect(late, olga);
  await settle();
  assert.deepEqual(late.all().map(({ canLoad }) => canLoad), [true, true]);
  late.pictures.load(late.all()[1]);
  await settle();
  assert.deepEqual(late.states(), ["held", "here"]);
  world.part(late, olga);
  assert.deepEqual(late.all().map(({ state, canLoad }) => [state, canLoad]), [["held", false], ["here", false]]);
});

test("an interruption loses no picture, and a person who leaves ends what was under way", async (context) => {
  const { world, people: [olga, max], settle } = meet(context, "Olga", "Max");
  world.interrupt(olga, max);
  await olga.send("", fileOf("one.png"));
  await settle();
  assert.deepEqual([max.all().length, olga.all()[0].missing.size], [0, 1]);
  world.connect(olga, max);
  await world.settle();
  // The request, or the answer, is lost on its way.
  world.interrupt(olga, max);
  await settle();
  context.mock.timers.tick(60_000);
  assert.deepEqual(max.states(), ["loading"]);
  world.connect(olga, max);
  await settle();
  assert.deepEqual([max.states(), olga.all()[0].missing.size], [["here"], 0]);

  olga.exchange.sends = false;
  await olga.send("", fileOf("two.png"));
  await settle();
  assert.deepEqual([max.states(), olga.all()[1].isBeingSent], [["here", "loading"], true]);
  world.part(olga, max);
  world.part(max, olga);
  assert.deepEqual([max.states(), max.all()[1].canLoad], [["here", "failed"], false]);
  assert.deepEqual([olga.all()[1].missing.size, olga.exchange.transfers.size, max.exchange.transfers.size], [0, 0, 1]);
});

test("old pictures leave the memory, and can be loaded again as often as is reasonable", async (context) => {
  const { people: [olga, max], settle } = meet(context, "Olga", "Max");
  for (let at = 1; at <= 5; at += 1) await olga.send("", fileOf(`${at}.png`));
  await settle();
  // Four fit into Max's memory, and five of her own into Olga's.
  assert.deepEqual(max.states(), ["held", "here", "here", "here", "here"]);
  assert.deepEqual(olga.all().map(({ blob }) => blob !== null), Array(5).fill(true));
  assert.deepEqual([max.all()[0].blob, max.exchange.transfers.size], [null, 4]);
  // The one that is looked at stays.
  const [gone, looked, , , last] = max.all();
  max.pictures.keep(looked);
  await olga.send("", fileOf("6.png"));
  await settle();
  assert.deepEqual(max.states(), ["held", "here", "held", "here", "here", "here"]);
  assert.deepEqual(max.pictures.shown.map(({ name }) => name), ["2.png", "4.png", "5.png", "6.png"]);
  // Its author has no more memory for the first one either.
  max.pictures.load(gone);
  await settle();
  assert.deepEqual([gone.state, gone.canLoad], ["failed", false]);
  // A program that asks for one again and again gets it a few times.
  const { id } = last.entry;
  let offers = 0;
  max.exchange.on("added", ({ transfer }) => (offers += 1) && void max.exchange.removeTransfer(transfer));
  for (let times = 0; times < 20; times += 1) {
    max.mesh.send(olga.pid, TOPICS.wanted, { id, picture: 0 });
    await settle();
  }
  assert.equal(offers, 4);
});

// ── A hostile peer ──────────────────────────────────────────────────────────────────────────────
/** Max has been sent one picture by a program of Olga's own, which has been asked for it. */
async function trapped(context, over = {}) {
  const { people: [olga, max, sam], settle } = meet(context, "Olga", "Max", "Sam");
  const id = makeTransferId();
  const asked = [];
  olga.pictures.send = null;
  olga.mesh.receive = (pid, { topic, payload }) => (topic === TOPICS.wanted ? asked.push(payload) : topic === "test-files" && olga.exchange[payload.act](pid, payload));
  olga.mesh.send(max.pid, TOPICS.message, { id, at: Date.now(), text: "", pictures: [stated({ size: PNG.length, ...over })] });
  await settle();
  const [picture] = max.all();
  const name = (from, transfer) => from.mesh.send(max.pid, TOPICS.offered, { id, picture: 0, transfer });
  const offer = async (from, ...files) => {
    const transfer = await from.exchange.offerFiles(max.pid, files.map((file) => ({ file, path: [] })), { purpose: "chat" });
    await settle();
    return transfer;
  };
  return { olga, max, sam, settle, id, asked, picture, name, offer };
}

test("a picture that never comes is given up", async (context) => {
  const { max, settle, picture, name, olga, asked } = await trapped(context);
  name(olga, makeTransferId());
  await settle();
  assert.deepEqual([picture.state, asked.length], ["loading", 1]);
  context.mock.timers.tick(20_000);
  assert.deepEqual([picture.state, picture.canLoad], ["failed", true]);
  // One that begins and never ends can be cancelled, and is when its sender leaves.
  max.pictures.load(picture);
  olga.exchange.sends = false;
  const { id } = await olga.exchange.offerFiles(max.pid, [{ file: fileOf("x.png"), path: [] }], { purpose: "chat" });
  name(olga, id);
  await settle();
  context.mock.timers.tick(600_000);
  assert.deepEqual([picture.state, picture.transfer?.state], ["loading", "running"]);
  max.pictures.cancel(picture);
  assert.deepEqual([picture.state, max.exchange.transfers.size], ["held", 0]);
});

test("only the transfer that the author names, and as it was stated, is accepted", async (context) => {
  const files = { larger: fileOf("x.png", new Uint8Array(PNG.length + 1)), right: fileOf("x.png") };
  for (const [story, steps, state] of /** @type {[string, (world: any) => Promise<unknown>, string][]} */ ([
    ["another size", async ({ offer, name, olga }) => name(olga, (await offer(olga, files.larger)).id), "failed"],
    ["several files", async ({ offer, name, olga }) => name(olga, (await offer(olga, files.right, files.right)).id), "failed"],
    ["named by another person", async ({ offer, name, olga, sam }) => name(sam, (await offer(olga, files.right)).id), "loading"],
    ["offered by another person", async ({ offer, name, olga, sam }) => name(olga, (await offer(sam, files.right)).id), "loading"],
    ["not named", async ({ offer, olga }) => offer(olga, files.right), "loading"],
    ["named and offered", async ({ offer, name, olga }) => name(olga, (await offer(olga, files.right)).id), "here"],
    ["named twice", async ({ offer, name, olga }) => {
      const [one, other] = [await offer(olga, files.right), await offer(olga, files.right)];
      name(olga, one.id);
      name(olga, other.id);
    }, "here"],
  ])) {
    const world = await trapped(context);
    await steps(world);
    await world.settle();
    assert.equal(world.picture.state, state, story);
    // What no one claims is refused after a while.
    context.mock.timers.tick(20_000);
    assert.equal(world.max.exchange.transfers.size, state === "here" ? 1 : 0, story);
    context.mock.timers.reset();
  }
});

test("what says that it is a PNG and is HTML is never shown, and stays a file", async (context) => {
  const html = new TextEncoder().encode("<!doctype html><script>alert(1)</script>");
  const { max, settle, picture, name, offer, olga } = await trapped(context, { size: html.length });
  name(olga, (await offer(olga, fileOf("cat.png", html))).id);
  await settle();
  assert.deepEqual([picture.state, picture.format, picture.blob.type, max.pictures.shown], ["here", null, "", []]);
});

test("a thousand messages with pictures are a few", async (context) => {
  for (const [pictures, messages, asked, loading] of [[1, LIMITS.receivedPerMinute, 2, ALLOWED.chat.files], [LIMITS.picturesAMessage, 88, ALLOWED.chat.files, 0]]) {
    const { people: [olga, max], settle } = meet(context, "Olga", "Max");
    let requests = 0;
    olga.mesh.receive = (_pid, { topic }) => (requests += topic === TOPICS.wanted ? 1 : 0);
    for (let count = 0; count < 1_000; count += 1) {
      const several = Array.from({ length: pictures }, () => stated({ size: 1, width: 32_767, height: 1 }));
      olga.mesh.send(max.pid, TOPICS.message, { id: String(count).padStart(22, "0"), at: count + 1, text: "", pictures: several });
    }
    await settle();
    // Two at a time; those of messages that the chat had to drop make room for the next.
    assert.deepEqual([max.chat.log.entries.length, requests], [messages, asked]);
    assert.equal(max.states().filter((one) => one === "loading").length, loading);
    max.life.abort();
    assert.deepEqual(new Set(max.states()), new Set(["held"]));
    context.mock.timers.reset();
  }
});

test("messages that the chat no longer has keep no pictures", async (context) => {
  const { people: [olga, max], settle } = meet(context, "Olga", "Max");
  await olga.send("", fileOf("one.png"));
  await settle();
  const [picture] = max.all();
  assert.equal(picture.state, "here");
  for (let count = 0; count < 33; count += 1) max.chat.sendMessage("x".repeat(LIMITS.textCharacters));
  assert.deepEqual([max.all().length, picture.blob, max.exchange.transfers.size], [0, null, 0]);
});

test("a file that was moved after it was chosen says so to both", async (context) => {
  const { people: [olga, max], settle } = meet(context, "Olga", "Max");
  const file = fileOf("one.png");
  await olga.send("", file);
  context.mock.method(file, "slice", () => {
    throw new DOMException("moved", "NotFoundError");
  });
  await settle();
  assert.deepEqual([olga.states(), max.states(), max.all()[0].canLoad], [["failed"], ["failed"], false]);
});

test("leaving frees what was loaded, and stops what was on its way", async (context) => {
  const { people: [olga, max], settle } = meet(context, "Olga", "Max");
  await olga.send("", fileOf("one.png"));
  await settle();
  olga.exchange.sends = false;
  await olga.send("", fileOf("two.png"));
  await settle();
  max.life.abort();
  await settle();
  assert.deepEqual([max.exchange.transfers.size, max.all().map(({ blob }) => blob)], [0, [null, null]]);
  assert.equal(olga.exchange.transfers.size, 0);
});
