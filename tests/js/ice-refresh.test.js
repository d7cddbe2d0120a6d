import assert from "node:assert/strict";
import { test } from "node:test";

import { IceRefresh } from "../../static/js/signaling/ice-refresh.js";

test("new credentials are requested well before the old ones expire", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let asked = 0;
  const refresh = new IceRefresh(() => (asked += 1));
  refresh.schedule(1_000);
  context.mock.timers.tick(700_000);
  refresh.schedule(1_000);
  context.mock.timers.tick(749_999);
  assert.equal(asked, 0);
  context.mock.timers.tick(1);
  assert.equal(asked, 1);
  refresh.schedule(1_000);
  refresh.stop();
  context.mock.timers.tick(2_000_000);
  assert.equal(asked, 1);
});
