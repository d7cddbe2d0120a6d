import assert from "node:assert/strict";
import { test } from "node:test";

import { EVERYONE, ReceiverChoice } from "../../static/js/ui/files/receiver-choice.js";

const max = { pid: "p1", member: "m1", name: "Max" };
const again = { pid: "p9", member: "m1", name: "Max" };
const sam = { pid: "p2", member: "m2", name: "Sam" };
const eve = { pid: "p3", member: "m3", name: "Eve" };

/** Each row: what the person chooses, the connected people after each change; the pids that would receive, and who is missing. */
const STORIES = [
  ["a person who leaves stays chosen", "p1", [[max, sam], [sam]], [], "Max"],
  ["not even everyone takes their place", "p1", [[max, sam], [sam, eve]], [], "Max"],
  ["no one is left", "p1", [[max, sam], []], [], "Max"],
  ["back with the same tab", "p1", [[max, sam], [sam], [sam, { ...max }]], ["p1"], undefined],
  ["back after a reload", "p1", [[max, sam], [sam], [sam, again]], ["p9"], undefined],
  ["the new tab is here before the old one is given up", "p1", [[max, sam], [max, sam, again], [sam, again]], ["p9"], undefined],
  ["others come", "p1", [[max, sam], [eve, sam, max]], ["p1"], undefined],
  ["everyone stays everyone", EVERYONE, [[max, sam], [sam]], ["p2"], undefined],
  ["everyone, and all come back", EVERYONE, [[max, sam], [], [sam, eve]], ["p2", "p3"], undefined],
  ["no choice among several", null, [[max, sam]], [], undefined],
  ["the only person is the choice, and stays it", null, [[max], [max, sam], [sam]], [], "Max"],
  ["the first to come", null, [[], [sam], [sam, max]], ["p2"], undefined],
];

for (const [story, chosen, [first, ...changes], pids, away] of STORIES) {
  test(`the receiver of files: ${story}`, () => {
    const choice = new ReceiverChoice();
    choice.start(first);
    if (chosen !== null) choice.choose(chosen);
    for (const others of changes) choice.follow(others);
    assert.deepEqual(choice.receivers.map(({ pid }) => pid), pids);
    assert.equal(choice.away?.name, away);
  });
}

test("the next files begin with the last receiver, unless they are gone", () => {
  const choice = new ReceiverChoice();
  choice.start([max, sam]);
  choice.choose("p2");
  choice.start([max, sam]);
  assert.equal(choice.value, "p2");
  choice.start([max, eve]);
  assert.equal(choice.value, "");
  choice.follow([max]);
  choice.start([max, eve]);
  assert.equal(choice.value, "", "who was here first is no choice");
});

test("files can wait for people met before who are not connected", () => {
  const choice = new ReceiverChoice();
  choice.met = [{ member: "m2", name: "Sam", at: 2 }, { member: "m3", name: "Eve", at: 1 }];
  choice.start([max]);
  assert.deepEqual([choice.later, choice.absent.map(({ name }) => name)], [null, ["Sam", "Eve"]]);
  choice.choose("@m3");
  assert.deepEqual([choice.value, choice.later?.name, choice.receivers, choice.absent.map(({ name }) => name)], ["@m3", "Eve", [], ["Sam"]]);
  choice.follow([max, eve]);
  assert.deepEqual([choice.value, choice.later, choice.receivers], ["p3", null, [eve]], "she has come meanwhile");
  choice.follow([max]);
  assert.deepEqual([choice.value, choice.later?.name], ["p3", "Eve"], "and has left again");
  choice.choose("p1");
  choice.follow([]);
  assert.equal(choice.later, null, "this browser does not remember Max");
});

test("a member without a name on the server is not taken for another", () => {
  const choice = new ReceiverChoice();
  choice.start([{ ...max, member: "" }]);
  choice.follow([{ ...sam, member: "" }]);
  assert.deepEqual(choice.receivers, []);
});
