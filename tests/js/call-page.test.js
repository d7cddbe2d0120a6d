import assert from "node:assert/strict";
import { test } from "node:test";

import { bestGrid } from "../../static/js/ui/stage/grid-shape.js";
import { initials } from "../../static/js/ui/people/names.js";

const GAP = 12;
const SCREENS = { laptop: [1256, 664], phone: [374, 726], lying: [828, 286] };

test("from one to eight people, the tiles fit every screen", () => {
  for (const [screen, [width, height]] of Object.entries(SCREENS)) {
    for (let count = 1; count <= 8; count += 1) {
      const shape = bestGrid(count, width, height, GAP);
      const rows = Math.ceil(count / shape.columns);
      const where = `${count} on a ${screen}: ${JSON.stringify(shape)}`;
      assert.ok(shape.columns * shape.width + (shape.columns - 1) * GAP <= width, where);
      assert.ok(rows * shape.height + (rows - 1) * GAP <= height, where);
      assert.ok((count * shape.width * shape.height) / (width * height) > 0.55, where);
    }
  }
});

test("a laptop gets columns, a phone gets rows, and one person gets it all", () => {
  const columns = (count, screen) => bestGrid(count, ...SCREENS[screen], GAP).columns;
  assert.deepEqual([2, 4, 6].map((count) => columns(count, "laptop")), [2, 2, 3]);
  assert.deepEqual([2, 4, 6].map((count) => columns(count, "phone")), [1, 2, 2]);
  assert.deepEqual(bestGrid(1, ...SCREENS.phone, GAP), { columns: 1, width: 374, height: 726 });
});

test("a box without room has no tiles, and no division by nothing", () => {
  assert.deepEqual(bestGrid(3, 0, 0, GAP), { columns: 1, width: 0, height: 0 });
});

test("initials come from the first and the last word", () => {
  assert.equal(initials("Olga"), "O");
  assert.equal(initials("Noor van den Berg"), "NB");
  assert.equal(initials("Anne-Marie"), "AM");
  assert.equal(initials("élise (she/her)"), "ÉS");
  assert.equal(initials("😀"), "?");
});
