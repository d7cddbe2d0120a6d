import assert from "node:assert/strict";
import { test } from "node:test";

import { initials } from "../../static/js/ui/people/names.js";
import { fitOf, ratioOf, shownShare } from "../../static/js/ui/stage/fit.js";
import { layOut, overlap } from "../../static/js/ui/stage/layout.js";
import { shownHeight } from "../../static/js/ui/stage/tile-views.js";

/** What is left of each window for the stage, between the head and the toolbar; with a side panel, and with a keyboard. */
const STAGES = {
  "320×568": [304, 452],
  "390×844": [374, 728],
  "844×390": [828, 286],
  "768×1024": [752, 888],
  "1280×800": [1256, 664],
  "1920×1080": [1896, 944],
  "1280×800 with a side panel": [924, 664],
  "1920×1080 with a side panel": [1564, 944],
  "390×844 with a keyboard": [374, 392],
  "320×568 with a keyboard": [304, 196],
};
const SHAPES = {
  "16:9": [16 / 9],
  "4:3": [4 / 3],
  "1:1": [1],
  "9:16": [9 / 16],
  "21:9": [21 / 9],
  mixed: [16 / 9, 9 / 16, 1, 4 / 3, 21 / 9],
  "upright guests": [9 / 16, 9 / 16, 9 / 16, 16 / 9],
  "cameras off": [16 / 9, 0, 0, 9 / 16],
};
const SCREENS = { none: [], "16:10": [16 / 10], ultrawide: [32 / 9], "a phone's": [9 / 19.5], two: [16 / 9, 4 / 3] };
const PINS = { none: [], "a person": ["p0"], "a screen": ["s0"], both: ["p0", "s0"] };
const GAP = 8;

/** People p0, p1 …, the last one is oneself; screens s0, s1. */
function meeting(count, ratios, screens = [], pins = []) {
  const pinned = (id) => pins.includes(id);
  return [
    ...screens.map((ratio, at) => ({ id: `s${at}`, kind: "screen", ratio, pinned: pinned(`s${at}`) })),
    ...Array.from({ length: count }, (_, at) => ({ id: `p${at}`, kind: "person", ratio: ratios[at % ratios.length], self: at === count - 1, pinned: pinned(`p${at}`) })),
  ];
}

function arranged(stage, shown) {
  const [width, height] = STAGES[stage];
  return { ...layOut(shown, { width, height }, GAP), width, height };
}

/** The share of the stage that is picture; nothing counts twice. */
function filled({ rects, floating, width, height }) {
  let area = 0;
  for (const [id, rect] of rects) area += rect.width * rect.height - (id === floating || !floating ? 0 : overlap(rect, rects.get(floating)));
  return area / (width * height);
}

/** Everything but a handful of figures holds for every call; they are in the tables below. */
function* everyCall() {
  for (const stage of Object.keys(STAGES)) {
    for (const [shapes, ratios] of Object.entries(SHAPES)) {
      for (const [sharing, screens] of Object.entries(SCREENS)) {
        for (const [pinning, pins] of Object.entries(PINS)) {
          // What is pinned is tried with fewer shapes: the same arithmetic as for a shared screen.
          if (pins.length > 0 && (!["16:9", "mixed"].includes(shapes) || (pins.includes("s0") && screens.length === 0))) continue;
          for (let count = 1; count <= 8; count += 1) {
            const shown = meeting(count, ratios, screens, count > 1 ? pins : []);
            yield { where: `${count} in ${shapes} at ${stage}, screens: ${sharing}, pinned: ${pinning}`, shown, layout: arranged(stage, shown) };
          }
        }
      }
    }
  }
}

/** The least shorter side of a tile, px: people alone, beside one shared screen, and in what is rare or short of room. */
function leastSide(where, screens) {
  if (/keyboard|pinned: [^n]|ultrawide|two|phone's/.test(where)) return 10;
  return screens ? 36 : 48;
}

const MEETINGS = [...everyCall()];

test("every picture is on the stage, apart from the others, and at least 75 % of it shows", () => {
  for (const { where, shown, layout } of MEETINGS) {
    const { rects, floating, width, height } = layout;
    assert.equal(rects.size, shown.length, where);
    for (const { id, kind, ratio } of shown) {
      const rect = rects.get(id);
      const { x, y } = rect;
      assert.ok(Object.values(rect).every(Number.isInteger) && x >= 0 && y >= 0 && x + rect.width <= width && y + rect.height <= height, `${where}: ${id} is outside: ${JSON.stringify(rect)}`);
      const least = leastSide(where, shown.some((one) => one.kind === "screen"));
      assert.ok(Math.min(rect.width, rect.height) >= least, `${where}: ${id} is tiny: ${JSON.stringify(rect)}`);
      // A pixel more or less is much of a tiny tile.
      const pixel = 1 / Math.min(rect.width, rect.height);
      assert.ok(shownShare(ratio, rect) >= (kind === "screen" ? 1 : 0.75) - 1.5 * pixel, `${where}: ${id} shows ${shownShare(ratio, rect)}`);
      for (const [other, place] of rects) {
        if (other !== id && ![other, id].includes(floating)) assert.equal(overlap(rect, place), 0, `${where}: ${id} and ${other}`);
      }
    }
  }
  assert.ok(MEETINGS.length > 4_000, String(MEETINGS.length));
});

test("the floating tile covers no face and no name, and is not there when something is large", () => {
  const seen = new Set();
  for (const { where, shown, layout } of MEETINGS) {
    const { rects, floating, large } = layout;
    if (floating === "") continue;
    const over = rects.get(floating);
    seen.add(shown.length);
    assert.equal(shown.find(({ id }) => id === floating).self, true, where);
    assert.deepEqual(large, [], where);
    for (const [id, { x, y, width, height }] of rects) {
      if (id === floating) continue;
      const face = { x: x + width / 4, y: y + height * 0.08, width: width / 2, height: height * 0.52 };
      assert.equal(overlap(face, over), 0, `${where}: the face of ${id}`);
      const name = { x, y: y + height - 40, width: width * 0.6, height: 40 };
      assert.equal(overlap(name, over), 0, `${where}: the name of ${id}`);
    }
  }
  assert.deepEqual([...seen].sort(), [2, 3, 4]);
});

test("an upright picture on a laptop, and a wide one on an upright phone, keep their shape", () => {
  const laptop = arranged("1280×800", meeting(2, [9 / 16, 16 / 9]));
  assert.ok(shownShare(9 / 16, laptop.rects.get("p0")) >= 0.75);
  assert.equal(laptop.rects.get("p0").height, 664);
  const phone = arranged("390×844", meeting(2, [16 / 9, 9 / 16]));
  assert.ok(shownShare(16 / 9, phone.rects.get("p0")) >= 0.75);
  assert.equal(phone.rects.get("p0").width, 374);
});

test("two, and three, let oneself float: the others have the room", () => {
  for (const count of [2, 3]) assert.equal(arranged("1280×800", meeting(count, [16 / 9])).floating, `p${count - 1}`);
  assert.equal(arranged("1280×800", meeting(5, [16 / 9])).floating, "");
  assert.ok(filled(arranged("1280×800", meeting(3, [16 / 9]))) > 0.75);
});

/** The least share of the stage that is picture, in percent, for one to eight people. With cameras as windows are. */
const FILLED = {
  "320×568": { shape: "9:16", none: [99, 99, 84, 94, 93, 92, 91, 90], screen: [76, 95, 88, 86, 88, 90, 90, 91] },
  "390×844": { shape: "9:16", none: [99, 99, 76, 95, 92, 91, 91, 91], screen: [96, 89, 90, 94, 93, 93, 92, 92] },
  "844×390": { shape: "16:9", none: [71, 82, 98, 72, 85, 94, 93, 93], screen: [95, 88, 89, 93, 94, 94, 92, 92] },
  "768×1024": { shape: "16:9", none: [62, 88, 98, 79, 85, 92, 93, 95], screen: [98, 83, 89, 96, 92, 92, 93, 94] },
  "1280×800": { shape: "16:9", none: [99, 99, 76, 97, 91, 91, 92, 93], screen: [83, 87, 91, 95, 95, 95, 97, 82] },
  "1920×1080": { shape: "16:9", none: [99, 99, 78, 97, 97, 97, 96, 96], screen: [84, 90, 96, 98, 97, 94, 92, 89] },
  "1280×800 with a side panel": { shape: "16:9", none: [99, 99, 76, 96, 94, 94, 93, 93], screen: [74, 81, 88, 93, 93, 93, 79, 80] },
  "390×844 with a keyboard": { shape: "9:16", none: [77, 83, 67, 74, 84, 92, 90, 90], screen: [60, 81, 92, 93, 93, 87, 82, 86] },
};

test("the stage is filled: the table of figures", () => {
  for (const [stage, { shape, none, screen }] of Object.entries(FILLED)) {
    for (const [sharing, figures] of [["none", none], ["16:10", screen]]) {
      const found = figures.map((_, at) => Math.floor(100 * filled(arranged(stage, meeting(at + 1, SHAPES[shape], SCREENS[sharing])))));
      assert.ok(found.every((share, at) => share >= figures[at]), `${stage}, screens: ${sharing}: ${found} instead of ${figures}`);
    }
  }
});

test("a shared screen is large: as wide as an upright phone, and most of a laptop", () => {
  for (let count = 1; count <= 8; count += 1) {
    assert.ok(arranged("390×844", meeting(count, [16 / 9], [16 / 9])).rects.get("s0").width >= 366, String(count));
    const { rects, width, height } = arranged("1280×800", meeting(count, [16 / 9], [16 / 9]));
    const { width: across, height: down } = rects.get("s0");
    assert.ok((across * down) / (width * height) >= 0.55, `${count}: ${across}×${down}`);
  }
  // People beside it on wide windows, below it on tall ones.
  for (const [stage, axis] of [["1280×800", "x"], ["390×844", "y"]]) {
    const { rects } = arranged(stage, meeting(4, [16 / 9], [16 / 9]));
    for (const id of ["p0", "p1", "p2", "p3"]) assert.ok(rects.get(id)[axis] > rects.get("s0")[axis] + 100, `${stage}: ${id}`);
  }
});

test("what is pinned is large, also while someone shares", () => {
  const area = ({ width, height }) => width * height;
  const person = arranged("1280×800", meeting(4, [16 / 9], [16 / 9], ["p0"]));
  for (const id of ["s0", "p1", "p2", "p3"]) assert.ok(area(person.rects.get("p0")) > 3 * area(person.rects.get(id)), id);
  const both = arranged("1280×800", meeting(4, [16 / 9], [16 / 9], ["p0", "s0"]));
  for (const id of ["p1", "p2", "p3"]) assert.ok(Math.min(area(both.rects.get("p0")), area(both.rects.get("s0"))) > 1.5 * area(both.rects.get(id)), id);
  const screen = arranged("1280×800", meeting(2, [16 / 9], [16 / 9, 16 / 9], ["s0"]));
  assert.ok(area(screen.rects.get("s0")) > 3 * area(screen.rects.get("s1")));
});

test("a view decides who is large, unless someone is pinned", () => {
  const area = ({ width, height }) => width * height;
  const seen = (view, screens, { pins = [], stage = "1280×800", count = 5 } = {}) => {
    const shown = meeting(count, [16 / 9], screens, pins).map((one) => ({ ...one, speaker: one.id === "p1" }));
    const [width, height] = STAGES[stage];
    return layOut(shown, { width, height }, GAP, view);
  };
  for (const stage of Object.keys(STAGES)) {
    assert.deepEqual(seen("grid", [], { stage }).large, []);
    const speaker = seen("speaker", [], { stage });
    assert.deepEqual(speaker.large, ["p1"]);
    for (const id of ["p0", "p2", "p3", "p4"]) assert.ok(area(speaker.rects.get("p1")) > 1.2 * area(speaker.rects.get(id)), `${id} at ${stage}`);
    assert.deepEqual(seen("speaker", [16 / 9], { stage }).large, ["s0"]);
    const side = seen("side", [16 / 9], { stage });
    assert.deepEqual(side.large, ["s0", "p1"]);
    const [screen, person] = [area(side.rects.get("s0")), area(side.rects.get("p1"))];
    assert.ok(Math.max(screen, person) < 1.5 * Math.min(screen, person), `side by side at ${stage}`);
    assert.equal(side.rects.size, 6);
  }
  assert.deepEqual(seen("side", []).large, []);
  assert.deepEqual(seen("speaker", [], { pins: ["p0", "p2"] }).large, ["p0", "p2"]);
  assert.deepEqual(seen("side", [16 / 9], { pins: ["p0"] }).large, ["p0"]);
  // Who hides their own picture can still pin one of two others.
  const unseen = meeting(3, [16 / 9], [], ["p0"]).slice(0, 2);
  assert.deepEqual(layOut(unseen, { width: 1256, height: 664 }, GAP).large, ["p0"]);
  // Two people need no speaker: there is only one other.
  assert.deepEqual(layOut(meeting(2, [16 / 9]).map((one) => ({ ...one, speaker: one.id === "p0" })), { width: 1256, height: 664 }, GAP, "speaker").large, []);
});

test("a picture of a strange shape is shown whole and leaves room for the others", () => {
  for (const strange of [1 / 50, 50, Infinity, NaN]) {
    const { rects } = arranged("1280×800", meeting(4, [strange, 16 / 9, 16 / 9, 16 / 9]));
    assert.ok(rects.get("p1").width >= 200, `${strange}: ${JSON.stringify([...rects])}`);
  }
  assert.ok(shownShare(50, { width: 400, height: 100 }) < 0.74);
});

test("a sender is asked for the size in which the picture is seen, and for no more", () => {
  const laptop = { width: 1256, height: 664 };
  assert.equal(Math.round(shownHeight(laptop, { width: 1280, height: 720 }, false)), 707);
  // Upright: its width is the shorter side.
  assert.equal(shownHeight({ width: 498, height: 664 }, { width: 720, height: 1280 }, false), 498);
  assert.equal(shownHeight({ width: 320, height: 180 }, { width: 0, height: 0 }, false), 180);
  assert.equal(shownHeight({ width: 800, height: 200 }, { width: 1600, height: 900 }, true), 200);
  assert.equal(shownHeight({ width: 0, height: 0 }, { width: 0, height: 0 }, false), 0);
});

test("initials come from the first and the last word", () => {
  assert.equal(initials("Olga"), "O");
  assert.equal(initials("Noor van den Berg"), "NB");
  assert.equal(initials("Anne-Marie"), "AM");
  assert.equal(initials("élise (she/her)"), "ÉS");
  // Without a letter, the first character as people count, however many code points it has.
  assert.equal(initials("😀"), "😀");
  assert.equal(initials(" 👩🏽‍🚀🌙 "), "👩🏽‍🚀");
  assert.equal(initials(" "), "?");
});

test("the picture that is seen gives the shape: a still lies over the video", () => {
  const [upright, wide, none] = [{ width: 108, height: 192 }, { width: 640, height: 360 }, { width: 0, height: 0 }];
  assert.equal(ratioOf({ camera: true, still: upright, video: none }), 9 / 16);
  assert.equal(ratioOf({ camera: true, still: upright, video: wide }), 9 / 16);
  assert.equal(ratioOf({ camera: true, still: null, video: wide }), 16 / 9);
  assert.equal(ratioOf({ camera: true, still: null, video: none }), 0);
  assert.equal(ratioOf({ camera: true, still: null, video: null }), 0);
  assert.equal(ratioOf({ camera: false, still: upright, video: wide }), 0);
});

test("of a picture that fills its place much is shown, else all", () => {
  const table = [
    [9 / 16, { width: 640, height: 400 }, "contain"],
    [9 / 16, { width: 360, height: 270 }, "contain"],
    [4 / 3, { width: 640, height: 400 }, "cover"],
    [16 / 9, { width: 360, height: 270 }, "cover"],
    [0, { width: 640, height: 400 }, "cover"],
  ];
  for (const [ratio, rect, fit] of table) assert.equal(fitOf(ratio, rect), fit, `${ratio} in ${rect.width} × ${rect.height}`);
});
