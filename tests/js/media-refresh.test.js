import assert from "node:assert/strict";
import { test } from "node:test";

import { Emitter } from "../../static/js/lib/emitter.js";
import { MediaRefresh, readRefreshRequest } from "../../static/js/peer/media-refresh.js";

test("a refresh request names what does not arrive", () => {
  assert.equal(readRefreshRequest({ kind: "audio" }), "audio");
  assert.equal(readRefreshRequest({ kind: "video", extra: 1 }), "video");
  assert.equal(readRefreshRequest({ kind: "screen" }), "screen");
  for (const lie of [null, "audio", {}, { kind: "screenVideo" }, { kind: ["audio"] }, []]) assert.equal(readRefreshRequest(lie), null);
});

test("who shares an encoder hears of it before the track begins again", () => {
  const [topic, seen] = [new Emitter(), []];
  const peers = new Map([["a", { refreshTrack: async (/** @type {string} */ part) => seen.push(`refresh ${part}`) }]]);
  const mesh = Object.assign(new Emitter(), { peers, topic: () => topic });
  new MediaRefresh(/** @type {any} */ (mesh), new AbortController().signal);
  mesh.on("peer-misses", ({ pid, kind }) => seen.push(`${pid} misses ${kind}`));
  topic.emit("message", { pid: "a", message: "screen" });
  assert.deepEqual(seen, ["a misses screen", "refresh screen"]);
});
