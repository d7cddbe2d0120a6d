import assert from "node:assert/strict";
import { test } from "node:test";

import { clampCap } from "../../static/js/media/adaptation/data-saver.js";

test("a cap is within bounds", () => {
  const table = [[300, 300], [1, 50], [1e9, 10_000], [NaN, 300], [-5, 300], [123.4, 123]];
  for (const [typed, kept] of table) assert.equal(clampCap(typed), kept);
});
