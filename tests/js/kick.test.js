import assert from "node:assert/strict";
import { test } from "node:test";

import { Kicks } from "../../static/js/call/kick.js";
import { FakeMesh, PIDS } from "./peer-world.js";

const [A, B, C, D] = PIDS;

test("only owners and moderators kick, no one kicks an owner, and no moderator another", () => {
  const other = "f".repeat(22);
  const roles = { [A]: "owner", [B]: "moderator", [C]: "member", [other]: "moderator" };
  const mesh = new FakeMesh(A, B, C);
  const kicks = new Kicks(mesh, { pid: D, roleOf: (pid) => roles[pid], signal: new AbortController().signal });
  const by = [];
  kicks.on("kicked", (detail) => by.push(detail.by));
  for (const payload of [null, {}, { pid: 7 }, { pid: "x" }, { pid: B }, { pid: A }, { pid: other }]) mesh.receive(B, "kick", payload);
  mesh.receive(C, "kick", { pid: A });
  mesh.receive(C, "kick", { pid: D });
  mesh.receive("e".repeat(22), "kick", { pid: C });
  assert.deepEqual([mesh.banned, by], [[], []]);
  mesh.receive(B, "kick", { pid: C });
  mesh.receive(A, "kick", { pid: D });
  assert.deepEqual([mesh.banned, by], [[C], [A]]);

  kicks.kick(C);
  assert.deepEqual(mesh.sent, [A, B, C].map((pid) => [pid, "kick", { pid: C }]));
  assert.deepEqual(mesh.banned, [C, C]);
});
