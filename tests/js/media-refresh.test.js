import assert from "node:assert/strict";
import { test } from "node:test";

import { readRefreshRequest } from "../../static/js/peer/media-refresh.js";

test("a refresh request names one of two kinds", () => {
  assert.equal(readRefreshRequest({ kind: "audio" }), "audio");
  assert.equal(readRefreshRequest({ kind: "video", extra: 1 }), "video");
  for (const lie of [null, "audio", {}, { kind: "screen" }, { kind: ["audio"] }, []]) assert.equal(readRefreshRequest(lie), null);
});
