// Media elements, with elements whose browser refuses, pauses and answers late on command.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { FakeElement, FakeSink, makePage } from "./fake-elements.js";

let page = makePage();
globalThis.MediaStream = class {
  active = true;
};

const { MediaOutputs } = await import("../../static/js/media/playback/media-outputs.js");
const { SpeakerChoice } = await import("../../static/js/media/playback/speaker-choice.js");
const { Sink } = await import("../../static/js/media/playback/sink.js");

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** @param {object} owner @param {Partial<FakeElement>} [as] */
async function added(outputs, owner, as = {}) {
  const element = Object.assign(new FakeElement(), as);
  outputs.add(element, owner);
  outputs.play(element, new MediaStream());
  await settled();
  return element;
}

beforeEach(() => {
  page = makePage();
});

test("the chosen speaker reaches what is there and what comes later: people, screens, chimes; not the own picture", async () => {
  const outputs = new MediaOutputs();
  const before = [await added(outputs, { pid: "a" }), await added(outputs, { pid: "a", source: "screen" })];
  const own = await added(outputs, { pid: "me", own: true });
  const chime = new FakeSink();
  outputs.addContext(chime);
  outputs.useSpeaker("headset");
  const after = [await added(outputs, { pid: "b" }), await added(outputs, { pid: "b", source: "screen" })];
  const laterChime = new FakeSink();
  outputs.addContext(laterChime);
  await settled();
  assert.deepEqual([...before, ...after, chime, laterChime].map(({ sinkId }) => sinkId), Array(6).fill("headset"));
  assert.deepEqual([own.muted, own.asked], [true, []]);
  outputs.useSpeaker("");
  await settled();
  assert.deepEqual([...before, ...after, chime].map(({ sinkId }) => sinkId), Array(5).fill(""));
});

test("of two speakers chosen in a row the last one wins, even while the first is being set", async () => {
  const element = new FakeSink();
  let open = () => {};
  element.gate = new Promise((resolve) => (open = resolve));
  const sink = new Sink(element, assert.fail);
  for (const deviceId of ["a", "b", "c"]) sink.use(deviceId);
  open();
  await settled();
  assert.deepEqual([element.asked, element.sinkId], [["a", "c"], "c"]);
  sink.use("c");
  assert.deepEqual(element.asked, ["a", "c"]);
  // Also if the first is refused: that is no longer of interest.
  element.absent.add("gone");
  for (const deviceId of ["gone", "d"]) sink.use(deviceId);
  await settled();
  assert.equal(element.sinkId, "d");
});

test("a speaker that an element refuses is reported once, and not that of a closed context or one replaced meanwhile", async () => {
  const outputs = new MediaOutputs();
  const refused = [];
  outputs.on("sink-refused", ({ deviceId }) => {
    refused.push(deviceId);
    outputs.useSpeaker("");
  });
  const elements = [await added(outputs, { pid: "a" }), await added(outputs, { pid: "b" }, { absent: new Set(["gone"]) })];
  outputs.addContext(Object.assign(new FakeSink(), { setSinkId: () => Promise.reject(new DOMException("", "InvalidStateError")) }));
  outputs.useSpeaker("headset");
  outputs.useSpeaker("gone");
  await settled();
  assert.deepEqual(refused, ["gone"]);
  assert.deepEqual(elements.map(({ sinkId }) => sinkId), ["", ""]);
  elements[1].absent.clear();
  outputs.useSpeaker("gone");
  await settled();
  assert.equal(elements[1].sinkId, "gone");
  outputs.addContext({ resume: async () => {} }); // Firefox: no setSinkId
});

test("what is refused plays without sound until one press brings back everything", async () => {
  const outputs = new MediaOutputs();
  const offers = [];
  outputs.on("changed", ({ offer }) => offers.push(offer));
  const tile = await added(outputs, { pid: "a" }, { policy: "muted" });
  const screen = await added(outputs, { pid: "a", source: "screen" }, { policy: "muted" });
  const chime = new FakeSink();
  outputs.addContext(chime);
  assert.deepEqual([tile.muted, tile.paused, screen.muted, screen.paused], [true, false, true, false]);
  assert.deepEqual(offers, ["sound"]);
  // A second track of the same stream arrives.
  outputs.play(tile, tile.srcObject);
  await settled();
  assert.ok(tile.muted);
  tile.policy = screen.policy = "free";
  outputs.resume();
  await settled();
  assert.deepEqual([tile.muted, screen.muted, chime.resumed, outputs.offer], [false, false, 1, ""]);
  // A screen that is refused after that is offered as well.
  const later = await added(outputs, { pid: "b", source: "screen" }, { policy: "muted" });
  assert.deepEqual([later.muted, outputs.offer], [true, "sound"]);
  outputs.remove(later);
  assert.deepEqual([outputs.offer, later.srcObject], ["", null]);
  assert.deepEqual(offers, ["sound", "", "sound", ""]);
});

test("a press that the browser does not accept leaves the offer", async () => {
  const outputs = new MediaOutputs();
  const tile = await added(outputs, { pid: "a" }, { policy: "muted" });
  outputs.resume();
  await settled();
  assert.deepEqual([tile.muted, tile.paused, outputs.offer], [true, false, "sound"]);
  const still = await added(outputs, { pid: "b" }, { policy: "none" });
  assert.deepEqual([still.paused, outputs.offer], [true, "sound"]);
  outputs.removePerson("a");
  assert.equal(outputs.offer, "play");
  still.policy = "free";
  outputs.resume();
  await settled();
  assert.deepEqual([still.paused, still.muted, outputs.offer], [false, false, ""]);
});

test("an element that is paused plays again, but is not fought for", async (context) => {
  let now = 0;
  context.mock.method(performance, "now", () => now);
  const outputs = new MediaOutputs();
  const element = await added(outputs, { pid: "a" });
  for (let times = 0; times < 3; times += 1) {
    element.pause();
    await settled();
    assert.deepEqual([element.paused, outputs.offer], [false, ""]);
  }
  element.pause();
  await settled();
  assert.deepEqual([element.paused, element.plays, outputs.offer], [true, 4, "play"]);
  outputs.resume();
  await settled();
  assert.deepEqual([element.paused, outputs.offer], [false, ""]);
  // After a while the count starts over, and so when the page comes back into view.
  for (let times = 0; times < 10; times += 1) {
    now += 6_000;
    element.pause();
    await settled();
    assert.equal(element.paused, false);
  }
  element.policy = "none";
  element.pause();
  await settled();
  assert.equal(outputs.offer, "play");
  element.policy = "free";
  page.dispatchEvent(new Event("visibilitychange"));
  await settled();
  assert.deepEqual([element.paused, outputs.offer], [false, "sound"]);
  // The browser's own controls count, too.
  element.policy = "none";
  element.pause();
  await settled();
  assert.equal(outputs.offer, "play");
  element.policy = "free";
  await element.play();
  assert.equal(outputs.offer, "sound");
});

test("what is over, detached, empty or removed is not played again", async () => {
  const cases = {
    over: (element) => (element.srcObject.active = false),
    detached: (element) => (element.isConnected = false),
    empty: (element, outputs) => outputs.play(element, null),
    removed: (element, outputs) => outputs.remove(element),
  };
  for (const [name, end] of Object.entries(cases)) {
    const outputs = new MediaOutputs();
    const element = await added(outputs, { pid: "a" });
    end(element, outputs);
    element.pause();
    page.dispatchEvent(new Event("visibilitychange"));
    await settled();
    if (name === "empty" || name === "removed") assert.equal(element.plays, 1, name);
    assert.equal(outputs.offer, "", name);
  }
});

test("muting for oneself covers the screen and what comes later, and a press for sound does not undo it", async () => {
  const outputs = new MediaOutputs();
  const tile = await added(outputs, { pid: "a" }, { policy: "muted" });
  outputs.setPerson("a", { silenced: true, picture: true });
  assert.equal(outputs.offer, "", "no sound is missing");
  const screen = await added(outputs, { pid: "a", source: "screen" });
  const other = await added(outputs, { pid: "b" });
  assert.deepEqual([tile.muted, screen.muted, other.muted], [true, true, false]);
  tile.policy = "free";
  outputs.resume();
  await settled();
  assert.deepEqual([tile.muted, screen.muted], [true, true]);
  outputs.setPerson("a", { silenced: false, picture: true });
  assert.deepEqual([tile.muted, screen.muted], [false, false]);
  // What the browser's own controls did stays while nothing changes here.
  tile.muted = true;
  outputs.setPerson("a", { silenced: false, picture: true });
  assert.equal(tile.muted, true);
});

test("picture-in-picture ends with the person, the picture, the sharing and the call, and only then", async () => {
  const off = { silenced: false, picture: false };
  const on = { silenced: false, picture: true };
  const ends = {
    "the person leaves": { camera: (outputs) => outputs.removePerson("a"), screen: (outputs) => outputs.removePerson("a") },
    "the camera goes off": { camera: (outputs) => outputs.setPerson("a", off), screen: null },
    "the element goes": { camera: (outputs, element) => outputs.remove(element), screen: (outputs, element) => outputs.remove(element) },
    "the stream goes": { camera: (outputs, element) => outputs.play(element, null), screen: (outputs, element) => outputs.play(element, null) },
    "the call ends": { camera: (outputs) => outputs.removeEveryone(), screen: (outputs) => outputs.removeEveryone() },
    "another person leaves": { camera: null, screen: null },
  };
  for (const [name, bySource] of Object.entries(ends)) {
    for (const [source, end] of Object.entries(bySource)) {
      page = makePage();
      const outputs = new MediaOutputs();
      const element = await added(outputs, { pid: "a", source });
      outputs.setPerson("a", on);
      page.pictureInPictureElement = element;
      if (end) end(outputs, element);
      else if (name === "the camera goes off") outputs.setPerson("a", off);
      else outputs.removePerson("b");
      assert.equal(page.pictureInPictureElement === null, end !== null, `${name}: ${source}`);
    }
  }
  // A window that opens when the picture is already gone.
  page = makePage();
  const outputs = new MediaOutputs();
  const element = await added(outputs, { pid: "a" });
  outputs.setPerson("a", off);
  page.pictureInPictureElement = element;
  element.dispatchEvent(new Event("enterpictureinpicture"));
  assert.equal(page.pictureInPictureElement, null);
});

test("a camera that is on again shows no last picture from before", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const outputs = new MediaOutputs();
  const [tile, screen] = [await added(outputs, { pid: "a" }), await added(outputs, { pid: "a", source: "screen" })];
  const own = await added(outputs, { pid: "a", own: true });
  const set = (picture) => outputs.setPerson("a", { silenced: false, picture });
  const stale = () => [tile, screen, own].map(({ dataset }) => dataset.stale ?? "");
  set(true);
  set(false);
  assert.deepEqual(stale(), ["", "", ""]);
  set(true);
  assert.deepEqual(stale(), ["true", "", ""]);
  tile.awaited.pop()();
  assert.deepEqual(stale(), ["", "", ""]);
  // Without any frame it does not stay hidden.
  set(false);
  set(true);
  set(true);
  context.mock.timers.tick(5_000);
  assert.deepEqual([stale(), tile.awaited.length], [["", "", ""], 1]);
});

test("the end of a call leaves the own preview, and closes a window of the page's own", async (context) => {
  const outputs = new MediaOutputs();
  const preview = await added(outputs, { pid: "", own: true });
  const tile = await added(outputs, { pid: "a" });
  let closed = 0;
  globalThis.documentPictureInPicture = { window: { close: () => (closed += 1) } };
  context.after(() => delete globalThis.documentPictureInPicture);
  outputs.removeEveryone();
  assert.deepEqual([preview.srcObject !== null, tile.srcObject, closed], [true, null, 1]);
});

/** Mulberry32. @param {number} seed @returns {(below: number) => number} a whole number from 0 */
function dice(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

test("whatever is plugged, chosen, refused, added and removed in whatever order, all end on the speaker that is shown", async () => {
  const labels = { b: "Built-in", h: "Headset", t: "Television" };
  for (let seed = 1; seed <= 200; seed += 1) {
    page = makePage();
    const roll = dice(seed);
    const plugged = new Set(["b", "h"]);
    const outputs = new MediaOutputs();
    const choice = new SpeakerChoice(["", "h", "t"][roll(3)]);
    choice.on("changed", ({ deviceId }) => outputs.useSpeaker(deviceId));
    outputs.on("sink-refused", ({ deviceId }) => choice.refuse(deviceId));
    outputs.useSpeaker(choice.used);
    const list = () => choice.setDevices([...plugged].map((deviceId) => ({ deviceId, label: labels[deviceId] })));
    const elements = [];
    let wanted = choice.selected;
    const steps = [
      () => plugged.delete(["h", "t"][roll(2)]),
      () => plugged.add(["h", "t"][roll(2)]),
      list,
      () => {
        const { options } = choice;
        if (options.length > 0) choice.choose((wanted = options[roll(options.length)].deviceId));
      },
      () => {
        const element = Object.assign(new FakeElement(), {
          async setSinkId(deviceId) {
            for (let turns = roll(3); turns > 0; turns -= 1) await settled();
            if (deviceId !== "" && !plugged.has(deviceId)) throw new DOMException("", "NotFoundError");
            element.sinkId = deviceId;
          },
        });
        outputs.add(element, { pid: `${elements.length}` });
        outputs.play(element, new MediaStream());
        elements.push(element);
      },
      () => elements.length > 1 && outputs.remove(elements.shift()),
      settled,
    ];
    for (let step = 0; step < 40; step += 1) await steps[roll(steps.length)]();
    list();
    for (let turns = 0; turns < 12; turns += 1) await settled();
    const used = plugged.has(wanted) ? wanted : "";
    assert.deepEqual([choice.used, choice.selected, choice.missing], [used, wanted, used !== wanted], `seed ${seed}`);
    assert.deepEqual(elements.map(({ sinkId }) => sinkId), elements.map(() => used), `seed ${seed}`);
    assert.equal(choice.options.filter(({ deviceId }) => deviceId === wanted).length, 1, `seed ${seed}`);
  }
});
