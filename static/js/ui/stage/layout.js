/**
 * Where each person and each shared screen goes on the stage. Pictures keep their shape: at least 75 % of a camera picture is
 * shown, and all of a screen. What is pinned, or else what is shared, is large, with the people beside or below it; with other
 * views, who talks is large, too. In a small meeting oneself floats, in the space that is left or in a corner that hides neither a face nor a name.
 */

import { packings } from "./packing.js";

/** @import { Box } from "./fit.js" */
/** @import { Item, Packing, Rect } from "./packing.js" */

/**
 * ratio: width ÷ height of the picture; 0: none is there, any shape will do.
 * @typedef {{id: string, kind: "person" | "screen", ratio: number, self?: boolean, pinned?: boolean, speaker?: boolean}} Shown
 */
/** @typedef {"grid" | "speaker" | "side"} View speaker: who talks is large, unless a screen is; side: both have the same share */
/** @typedef {{rects: Map<string, Rect>, large: string[], floating: string}} Layout floating: the id of the floating tile, or empty */

/** The share of a camera picture that is always shown: of its width, and of its height, where a head could be lost. */
const SHOWN = { width: 0.75, height: 0.85, uprightHeight: 0.75 };
const NO_PICTURE = Object.freeze({ best: 16 / 9, least: 0.5, most: 2.2 });
const NO_SCREEN = Object.freeze({ best: 16 / 9, least: 16 / 9, most: 16 / 9 });
/** A picture of a stranger shape must not make the others tiny. */
const [NARROWEST, WIDEST] = [2 / 5, 4];
/** With more people, oneself is one of the tiles. */
const MOST_TO_FLOAT = 4;
/** The area of a floating tile that covers another: a share of the stage, px². */
const FLOATING = { share: 0.05, least: 9_000, most: 32_000 };
/** In a free space, it may have this share of the area of the others. */
const FREE_SHARE = 0.6;
/** A free space of this width, px, has room for the own tile on either side of the others. */
const AMPLE = 400;
/** What the own picture counts compared with another person's. */
const OWN_WEIGHT = 0.35;
/** The area of a tile beside something large that people can still be recognized in: a share of the stage for all, most px². */
const RECOGNIZED = { share: 0.16, most: 32_000 };
/** What is large gets this share of the size that it could have alone, and counts for more than people. */
const LARGE_SHARE = 0.6;
const LARGE_WEIGHT = 1.3;
const STEPS = 14;
/** Where a face may be in a tile, and what its name needs, as shares of it. */
const FACE = { left: 0.25, right: 0.75, top: 0.08, bottom: 0.6 };
const NAME_WIDTH = 0.6;

/** @param {Shown[]} shown at least one; the own one last @param {Box} box @param {number} gap CSS px @param {View} [view] @returns {Layout} */
export function layOut(shown, box, gap, view = "grid") {
  const [screens, people] = [shown.filter(({ kind }) => kind === "screen"), shown.filter(({ kind }) => kind === "person")];
  const mayPin = screens.length > 0 || people.filter(({ self }) => !self).length > 1;
  const pinned = mayPin ? shown.filter((one) => one.pinned) : [];
  const speaker = mayPin ? people.filter((one) => one.speaker) : [];
  const large = pinned.length > 0 ? pinned : largeIn(view, screens, speaker);
  if (large.length > 0) return beside(large, [...screens, ...people].filter((one) => !large.includes(one)), box, gap);
  const even = best(people, box, gap);
  const floating = people.length > 1 && people.length <= MOST_TO_FLOAT ? withFloating(people, box, gap) : null;
  if (floating && floating.score > even.score) return { ...floating, large: [] };
  return { rects: centred(even.packing, box), large: [], floating: "" };
}

/** @param {View} view @param {Shown[]} screens @param {Shown[]} speaker one at most @returns {Shown[]} what is large if nothing is pinned */
function largeIn(view, screens, speaker) {
  if (screens.length === 0) return view === "speaker" ? speaker : [];
  return view === "side" ? [...screens, ...speaker] : screens;
}

/** @param {Shown} shown @returns {Item} */
export function shapeOf({ id, kind, ratio }) {
  if (!(ratio > 0)) return { id, ...(kind === "screen" ? NO_SCREEN : NO_PICTURE) };
  const best = Math.min(Math.max(ratio, NARROWEST), WIDEST);
  if (kind === "screen") return { id, best, least: best, most: best };
  const height = best < 1 ? SHOWN.uprightHeight : SHOWN.height;
  return { id, best, least: best * SHOWN.width, most: best / height };
}

/** @param {Shown[]} shown @param {Box} box @param {number} gap @returns {{packing: Packing, score: number}} */
function best(shown, box, gap) {
  let found = { packing: /** @type {Packing} */ ({ rects: new Map(), width: 0, height: 0 }), score: -Infinity };
  for (const packing of packings(shown.map(shapeOf), box, gap)) {
    const score = scoreOf(shown, packing.rects);
    if (score > found.score) found = { packing, score };
  }
  return found;
}

/** Large is good, and no one much smaller than the others is better. @param {Shown[]} shown @param {Map<string, Rect>} rects */
function scoreOf(shown, rects) {
  const others = shown.filter(({ self }) => !self).map(({ id }) => areaOf(rects.get(id)));
  const own = shown.filter(({ self }) => self).map(({ id }) => areaOf(rects.get(id)));
  if (others.length === 0) return total(own);
  return total(others) / 2 + (others.length * Math.min(...others)) / 2 + OWN_WEIGHT * Math.min(total(own), total(others) / others.length);
}

/** @param {Shown[]} people @param {Box} box @param {number} gap @returns {{rects: Map<string, Rect>, floating: string, score: number} | null} */
function withFloating(people, box, gap) {
  const self = people.find((one) => one.self);
  if (!self) return null;
  const others = people.filter((one) => one !== self);
  let found = null;
  for (const packing of packings(others.map(shapeOf), box, gap)) {
    for (const { rects, own } of placements(packing, shapeOf(self), box, gap)) {
      const hidden = total([...rects.values()].map((rect) => overlap(rect, own)));
      const score = scoreOf(people, new Map([...rects, [self.id, own]])) - hidden;
      if (found === null || score > found.score) found = { rects: new Map([...rects, [self.id, own]]), floating: self.id, score };
    }
  }
  return found;
}

/**
 * Returns the places for the own tile: beside the others, below them, or over a corner of one of them.
 * @param {Packing} packing @param {Item} self @param {Box} box @param {number} gap @returns {{rects: Map<string, Rect>, own: Rect}[]}
 */
function placements(packing, self, box, gap) {
  const [restX, restY] = [box.width - packing.width - gap, box.height - packing.height - gap];
  const limit = (FREE_SHARE * packedArea(packing)) / packing.rects.size;
  const middle = centred(packing, box);
  const places = [];
  // With much room the others stay in the middle.
  const right = sized(self, { width: restX > AMPLE ? (restX - gap) / 2 : restX, height: packing.height }, limit);
  if (areaOf(right) >= FLOATING.least) {
    const spare = restX - right.width;
    const roomy = spare >= right.width + gap;
    const rects = roomy ? middle : moved(packing.rects, spare / 2, (box.height - packing.height) / 2);
    const x = roomy ? box.width - right.width - gap : Math.floor(spare / 2) + packing.width + gap;
    places.push({ rects, own: { ...right, x, y: Math.floor((box.height - packing.height) / 2) + packing.height - right.height } });
  }
  const below = sized(self, { width: packing.width, height: restY }, limit);
  if (areaOf(below) >= FLOATING.least) {
    const spare = restY - below.height;
    const rects = moved(packing.rects, (box.width - packing.width) / 2, spare / 2);
    places.push({ rects, own: { ...below, x: Math.floor((box.width - below.width) / 2), y: Math.floor(spare / 2) + packing.height + gap } });
  }
  const area = Math.min(Math.max(FLOATING.share * areaOf(box), FLOATING.least), FLOATING.most);
  const over = sized({ ...self, best: self.best < 1 ? self.most : self.best }, box, area);
  const corner = { ...over, x: box.width - over.width - gap, y: box.height - over.height - gap };
  if ([...middle.values()].every((rect) => leavesFace(rect, corner))) places.push({ rects: middle, own: corner });
  return places;
}

/** @param {Item} item @param {Box} box @param {number} limit px² @returns {Rect} the largest of its best shape, at 0, 0 */
function sized({ best: shape }, box, limit) {
  const width = Math.floor(Math.min(box.width, box.height * shape, Math.sqrt(limit * shape)));
  return { x: 0, y: 0, width: Math.max(0, width), height: Math.max(0, Math.floor(width / shape)) };
}

/** @param {Rect} tile @param {Rect} over */
function leavesFace(tile, over) {
  if (overlap(tile, over) === 0) return true;
  const { x, y, width, height } = tile;
  const face = { x: x + FACE.left * width, y: y + FACE.top * height, width: (FACE.right - FACE.left) * width, height: (FACE.bottom - FACE.top) * height };
  return overlap(face, over) === 0 && over.x >= x + NAME_WIDTH * width;
}

/** Tries all ways to divide the box. @param {Shown[]} large @param {Shown[]} rest @param {Box} box @param {number} gap @returns {Layout} */
function beside(large, rest, box, gap) {
  const ids = large.map(({ id }) => id);
  if (rest.length === 0) return { rects: centred(best(large, box, gap).packing, box), large: ids, floating: "" };
  const recognized = Math.min(RECOGNIZED.most, (RECOGNIZED.share * areaOf(box)) / rest.length);
  const most = packedArea(best(large, box, gap).packing);
  /** @type {{rects: Map<string, Rect>, score: number}} */
  let found = { rects: new Map(), score: -Infinity };
  for (const across of [true, false]) {
    let before = "";
    for (let step = 1; step <= STEPS; step += 1) {
      const share = 1 - (0.8 * step) / STEPS;
      const first = best(large, across ? { ...box, width: box.width * share } : { ...box, height: box.height * share }, gap);
      const { width, height } = first.packing;
      if (before === `${width} ${height}`) continue;
      before = `${width} ${height}`;
      const left = across ? { ...box, width: box.width - width - gap } : { ...box, height: box.height - height - gap };
      const second = best(rest, left, gap);
      if (second.packing.rects.size === 0 || first.packing.rects.size === 0) continue;
      const smallest = Math.min(...[...second.packing.rects.values()].map(areaOf));
      const [ample, clear] = [packedArea(first.packing) / (LARGE_SHARE * most), smallest / recognized];
      const score = (LARGE_WEIGHT * packedArea(first.packing) + packedArea(second.packing)) * Math.min(1, ample) ** 3 * Math.min(1, clear);
      if (score > found.score) found = { rects: joined(first.packing, second.packing, { across, gap, box }), score };
    }
  }
  return { rects: found.rects, large: ids, floating: "" };
}

/** @param {Packing} first @param {Packing} second @param {{across: boolean, gap: number, box: Box}} how across: side by side @returns {Map<string, Rect>} */
function joined(first, second, { across, gap, box }) {
  const length = across ? first.width + gap + second.width : first.height + gap + second.height;
  const start = Math.floor(((across ? box.width : box.height) - length) / 2);
  const [head, tail] = across
    ? [{ width: first.width, height: box.height }, { width: second.width, height: box.height }]
    : [{ width: box.width, height: first.height }, { width: box.width, height: second.height }];
  const after = start + (across ? first.width : first.height) + gap;
  return new Map([
    ...moved(centred(first, head), across ? start : 0, across ? 0 : start),
    ...moved(centred(second, tail), across ? after : 0, across ? 0 : after),
  ]);
}

/** @param {Packing} packing @returns {number} px² */
function packedArea({ rects }) {
  return total([...rects.values()].map(areaOf));
}

/** @param {Packing} packing @param {Box} box */
function centred(packing, box) {
  return moved(packing.rects, (box.width - packing.width) / 2, (box.height - packing.height) / 2);
}

/** @param {Map<string, Rect>} rects @param {number} byX @param {number} byY @returns {Map<string, Rect>} */
function moved(rects, byX, byY) {
  return new Map([...rects].map(([id, rect]) => [id, { ...rect, x: rect.x + Math.floor(byX), y: rect.y + Math.floor(byY) }]));
}

/** @param {Rect} one @param {Rect} other @returns {number} px² */
export function overlap(one, other) {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  return width > 0 && height > 0 ? width * height : 0;
}

/** @param {Box | undefined} box */
function areaOf(box) {
  return box ? box.width * box.height : 0;
}

/** @param {number[]} values */
function total(values) {
  return values.reduce((sum, value) => sum + value, 0);
}
