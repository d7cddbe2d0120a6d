import assert from "node:assert/strict";
import { test } from "node:test";

import { PathStats } from "../../static/js/call/path-stats.js";

const NONE = { direct: 0, relay_udp: 0, relay_tcp: 0, failed: 0 };
const route = (kind, protocol) => ({ kind, protocol, rttMs: 1 });

test("of two ends one counts a connection", () => {
  const [one, other] = [new PathStats("A"), new PathStats("B")];
  one.record("B", route("direct", "udp"));
  other.record("A", route("direct", "udp"));
  assert.deepEqual([one.counts, other.counts], [{ ...NONE, direct: 1 }, NONE]);
});

test("each person counts once, by the last way that stood", () => {
  const tally = new PathStats("A");
  tally.recordFailure("B");
  tally.record("C", route("direct", "udp"));
  tally.record("C", route("relay", "udp"));
  tally.recordFailure("C");
  tally.recordFailure("D");
  tally.record("D", route("relay", "tls"));
  assert.deepEqual(tally.counts, { direct: 0, relay_udp: 1, relay_tcp: 1, failed: 1 });
});

test("there are never more than the server takes", () => {
  const tally = new PathStats("A");
  for (let number = 0; number < 100; number += 1) tally.record(`B${number}`, route("direct", "udp"));
  assert.deepEqual(tally.counts, { ...NONE, direct: 64 });
});
