import assert from "node:assert/strict";
import { test } from "node:test";

import { deviceNews } from "../../static/js/ui/devices/device-announcements.js";

/** Every cell: from the state of the row to that of the column. */
const CELLS = `
               off   opening  on   reopening  unavailable
  off          -     -        on   -          -
  opening      off   -        on   -          -
  on           off   off      -    off        off
  reopening    -     -        on   -          -
  unavailable  -     -        on   -          -
`;
const [states, ...rows] = CELLS.trim().split("\n").map((line) => line.trim().split(/\s+/));

for (const [before, ...cells] of rows) {
  test(`a device that was ${before}`, () => {
    assert.deepEqual(states.map((now) => deviceNews(before, now) || "-"), cells);
  });
}
