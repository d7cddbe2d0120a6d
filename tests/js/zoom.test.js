// Zooming and moving a shared screen: around a point, with two fingers, and never out of sight.

import assert from "node:assert/strict";
import test from "node:test";

import { clampView, FIT, fittedSize, MAX_SCALE, panBy, pinch, toggleZoom, zoomAt } from "../../static/js/ui/stage/zoom.js";

const WIDE = { picture: { width: 1920, height: 1080 }, box: { width: 800, height: 450 } };
const PHONE = { picture: { width: 1920, height: 1080 }, box: { width: 390, height: 844 } };
const UPRIGHT = { picture: { width: 1080, height: 1920 }, box: { width: 844, height: 390 } };
const UNKNOWN = { picture: { width: 0, height: 0 }, box: { width: 390, height: 844 } };

/** Where a point of the box lies in the picture: 0, 0 is its centre at scale 1. */
const inPicture = (view, point) => ({ x: (point.x - view.x) / view.scale, y: (point.y - view.y) / view.scale });
const near = (one, other) => Math.abs(one.x - other.x) < 1e-6 && Math.abs(one.y - other.y) < 1e-6;

test("a picture fits into its box", () => {
  assert.deepEqual(fittedSize(WIDE), { width: 800, height: 450 });
  assert.deepEqual(fittedSize(PHONE), { width: 390, height: 219.375 });
  assert.deepEqual(fittedSize(UPRIGHT), { width: 219.375, height: 390 });
  assert.deepEqual(fittedSize(UNKNOWN), { width: 390, height: 844 });
});

test("a view that would lose the picture is corrected", () => {
  for (const [view, frame, allowed] of [
    [{ scale: 1, x: 50, y: -50 }, WIDE, FIT],
    [{ scale: 0.2, x: 0, y: 0 }, WIDE, FIT],
    [{ scale: 99, x: 0, y: 0 }, WIDE, { scale: MAX_SCALE, x: 0, y: 0 }],
    [{ scale: 2, x: 9999, y: -9999 }, WIDE, { scale: 2, x: 400, y: -225 }],
    [{ scale: 2, x: -10, y: 20 }, WIDE, { scale: 2, x: -10, y: 20 }],
    // A wide picture on an upright phone moves sideways, and up and down only when it is higher than the phone.
    [{ scale: 2, x: 9999, y: 30 }, PHONE, { scale: 2, x: 195, y: 0 }],
    [{ scale: 4, x: 9999, y: 30 }, PHONE, { scale: 4, x: 585, y: 16.75 }],
    [{ scale: 2, x: 30, y: 9999 }, UPRIGHT, { scale: 2, x: 0, y: 195 }],
    [{ scale: NaN, x: NaN, y: Infinity }, WIDE, FIT],
    [{ scale: 2, x: 9999, y: 0 }, UNKNOWN, { scale: 2, x: 195, y: 0 }],
  ]) {
    assert.deepEqual(clampView(view, frame), allowed, JSON.stringify(view));
  }
});

test("zooming keeps the point under the pointer", () => {
  for (const point of [{ x: 0, y: 0 }, { x: 120, y: -80 }, { x: -399, y: 224 }]) {
    const before = clampView({ scale: 1.5, x: 40, y: -30 }, WIDE);
    const after = zoomAt(before, 3, point, WIDE);
    assert.equal(after.scale, 3);
    assert.ok(near(inPicture(before, point), inPicture(after, point)));
  }
  // Zooming out comes back to the whole picture, wherever the pointer is; beyond the largest scale nothing moves.
  assert.deepEqual(zoomAt({ scale: 2, x: 400, y: 225 }, 0.5, { x: -100, y: 10 }, WIDE), FIT);
  const largest = { scale: MAX_SCALE, x: 10, y: 20 };
  assert.deepEqual(zoomAt(largest, 50, { x: 300, y: 100 }, WIDE), largest);
});

test("a double click goes to a close-up of the point and back", () => {
  const close = toggleZoom(FIT, { x: 100, y: 50 }, WIDE);
  assert.deepEqual(close, { scale: 2, x: -100, y: -50 });
  assert.deepEqual(toggleZoom(close, { x: 0, y: 0 }, WIDE), FIT);
});

test("moving stops at the edge", () => {
  const view = { scale: 2, x: 0, y: 0 };
  assert.deepEqual(panBy(view, { x: 30, y: -40 }, WIDE), { scale: 2, x: 30, y: -40 });
  assert.deepEqual(panBy(view, { x: 3000, y: 0 }, WIDE), { scale: 2, x: 400, y: 0 });
  assert.deepEqual(panBy(FIT, { x: 30, y: 30 }, WIDE), FIT);
});

test("two fingers zoom and move at once", () => {
  const before = [{ x: -50, y: 0 }, { x: 50, y: 0 }];
  const spread = pinch(FIT, before, [{ x: -100, y: 0 }, { x: 100, y: 0 }], WIDE);
  assert.deepEqual(spread, { scale: 2, x: 0, y: 0 });
  const moved = pinch(FIT, before, [{ x: -60, y: 10 }, { x: 140, y: 10 }], WIDE);
  assert.deepEqual(moved, { scale: 2, x: 40, y: 10 });
  // Fingers on one point, as some screens report them, change no scale.
  assert.equal(pinch({ scale: 2, x: 0, y: 0 }, [{ x: 5, y: 5 }, { x: 5, y: 5 }], before, WIDE).scale, 2);
});
