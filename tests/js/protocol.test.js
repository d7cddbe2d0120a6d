import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { LONGEST, MOST_WAITING, readTold, VERSION } from "../../static/js/peer/control-channel.js";
import { TOPIC as KICK } from "../../static/js/peer/kicks.js";
import { checkPeerMessage, LIMITS } from "../../static/js/peer/messages.js";
import { ANSWERS_PER_MINUTE, TOPICS } from "../../static/js/peer/talk.js";
import { BODIES_PER_MINUTE, LONGEST_BODY, readLetter, TOPIC as RELAY } from "../../static/js/peer/third.js";

const [, part] = readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf8").split("\n# Between peers\n");
const text = part.replace(/\s+/g, " ");
const examples = [...part.matchAll(/```json\n(.*?)\n```/gs)].map(([, block]) => readTold(block));

test("the document has every topic of the core in its table, and shows each", () => {
  const rows = [...part.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, topic]) => topic);
  assert.ok(!examples.includes(null), "every example is a message");
  for (const topic of ["version", ...TOPICS, RELAY, KICK]) {
    assert.equal(rows.filter((row) => row === topic).length, 1, `${topic} in the table`);
    assert.ok(examples.some((told) => told.topic === topic), `${topic} shown`);
  }
});

test("the document's examples are taken", () => {
  const shown = (topic) => examples.filter((told) => told.topic === topic).map(({ payload }) => payload);
  assert.deepEqual(shown("version"), [{ v: VERSION }]);
  for (const payload of shown("signal")) assert.ok(checkPeerMessage(payload), JSON.stringify(payload));
  for (const payload of shown("relay")) assert.deepEqual(readLetter(payload), payload);
});

test("the document states the limits", () => {
  const number = (count) => count.toLocaleString("en");
  for (const statement of [
    `Version ${VERSION} of its own.`,
    `at most ${number(LONGEST)} characters, and at most ${number(MOST_WAITING)} bytes wait`,
    `at most ${LIMITS.mediaSections} media sections`,
    `at most ${LIMITS.descriptionsPerMinute} descriptions and ${LIMITS.candidatesPerMinute} candidates a minute`,
    `at most ${LIMITS.candidatesAtOnce} candidates in one message, each of at most ${number(LIMITS.candidateCharacters)} characters`,
    `At most ${ANSWERS_PER_MINUTE} a minute are answered`,
    `at most ${number(LONGEST_BODY)} characters`,
    `At most ${BODIES_PER_MINUTE} bodies a minute`,
  ]) {
    assert.ok(text.includes(statement), statement);
  }
});
