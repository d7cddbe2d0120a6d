import assert from "node:assert/strict";
import { test } from "node:test";

import { PathTally } from "../../static/js/call/path-stats.js";

const NONE = { direct: 0, relay_udp: 0, relay_tcp: 0, failed: 0 };
const route = (kind, protocol) => ({ kind, protocol, rttMs: 1 });

test("of two ends one counts a connection", () => {
  const [one, other] = [new PathTally("A"), new PathTally("B")];
  one.took("B", route("direct", "udp"));
  other.took("A", route("direct", "udp"));
  assert.deepEqual([one.counts, other.counts], [{ ...NONE, direct: 1 }, NONE]);
});

test("each person counts once, by the last way that stood", () => {
  const tally = new PathTally("A");
  tally.failed("B");
  tally.took("C", route("direct", "udp"));
  tally.took("C", route("relay", "udp"));
  tally.failed("C");
  tally.failed("D");
  tally.took("D", route("relay", "tls"));
  assert.deepEqual(tally.counts, { direct: 0, relay_udp: 1, relay_tcp: 1, failed: 1 });
});

test("there are never more than the server takes", () => {
  const tally = new PathTally("A");
  for (let number = 0; number < 100; number += 1) tally.took(`B${number}`, route("direct", "udp"));
  assert.deepEqual(tally.counts, { ...NONE, direct: 64 });
});
