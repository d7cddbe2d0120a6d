import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { readHand, TOPICS as HANDS } from "../../static/js/chat/hands.js";
import { readRights, readSpotlight, readTimer } from "../../static/js/hosts/host-controls.js";
import { readPoll, readVote } from "../../static/js/hosts/polls.js";
import { LIMITS as CHAT, readChatMessage, readChatReceipt, readHistory, readPictureOffered, readPictureWanted, TOPICS as CHATS } from "../../static/js/chat/messages.js";
import { PER_MINUTE, REACTIONS, readReaction, TOPIC as REACT } from "../../static/js/chat/reactions.js";
import { BUDGETS } from "../../static/js/gate/budgets.js";
import { MAX_MESSAGE_CHARACTERS, MAX_BUFFERED_BYTES, readMessage, VERSION } from "../../static/js/peer/control-channel.js";
import { readProof } from "../../static/js/keys/kept/device-proof.js";
import { TOPIC as KICK } from "../../static/js/call/kick.js";
import { checkPeerMessage, LIMITS } from "../../static/js/peer/messages.js";
import { PONGS_PER_MINUTE, TOPICS } from "../../static/js/peer/connection-messages.js";
import { BODIES_PER_MINUTE, MAX_BODY_CHARACTERS, readForwarded, TOPIC as RELAY } from "../../static/js/peer/peer-relay.js";

const [, part] = readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf8").split("\n# Between peers\n");
const text = part.replace(/\s+/g, " ");
const examples = [...part.matchAll(/```json\n(.*?)\n```/gs)].map(([, block]) => readMessage(block));

test("the document has every topic of the core in its table, and shows each", () => {
  const rows = [...part.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, topic]) => topic);
  assert.ok(!examples.includes(null), "every example is a message");
  for (const topic of ["version", ...TOPICS, RELAY, KICK, ...Object.values(CHATS), ...Object.values(HANDS), REACT, "device"]) {
    assert.equal(rows.filter((row) => row === topic).length, 1, `${topic} in the table`);
    assert.ok(examples.some((example) => example.topic === topic), `${topic} shown`);
  }
});

test("the document's examples are taken", () => {
  const shown = (topic) => examples.filter((example) => example.topic === topic).map(({ payload }) => payload);
  assert.deepEqual(shown("version"), [{ v: VERSION }]);
  for (const payload of shown("signal")) assert.ok(checkPeerMessage(payload), JSON.stringify(payload));
  for (const payload of shown("relay")) assert.deepEqual(readForwarded(payload), payload);
  for (const payload of shown("device")) assert.ok(readProof(payload), JSON.stringify(payload));
  for (const payload of shown("chat")) assert.deepEqual(readChatMessage(payload), payload);
  for (const payload of shown("chat-got")) assert.deepEqual(readChatReceipt(payload), { version: 0, ...payload });
  for (const payload of shown("chat-private")) assert.deepEqual(readChatMessage(payload), payload);
  for (const payload of shown("chat-history")) assert.deepEqual(readHistory(payload), payload);
  for (const payload of shown("chat-picture-wanted")) assert.deepEqual(readPictureWanted(payload), payload);
  for (const payload of shown("chat-picture")) assert.deepEqual(readPictureOffered(payload), payload);
  for (const payload of shown("hand")) assert.equal(readHand(payload).up, payload.up);
  for (const payload of shown("spotlight")) assert.deepEqual(readSpotlight(payload), payload);
  for (const payload of shown("rights")) assert.deepEqual(readRights(payload), payload);
  for (const payload of shown("timer")) assert.equal(readTimer(payload).value.total, payload.value.total);
  for (const payload of shown("poll")) assert.deepEqual(readPoll(payload), payload);
  for (const payload of shown("poll-vote")) assert.deepEqual(readVote(payload), payload);
  for (const payload of shown("react")) assert.equal(readReaction(payload), payload);
});

test("the document states the limits", () => {
  const number = (count) => count.toLocaleString("en");
  for (const statement of [
    `Version ${VERSION} of its own.`,
    `at most ${number(MAX_MESSAGE_CHARACTERS)} characters, and at most ${number(MAX_BUFFERED_BYTES)} bytes wait`,
    `at most ${LIMITS.mediaSections} media sections`,
    `at most ${BUDGETS.descriptions.perMinute} descriptions and ${BUDGETS.candidates.perMinute} candidates a minute`,
    `at most ${LIMITS.candidatesAtOnce} candidates in one message, each of at most ${number(LIMITS.candidateCharacters)} characters`,
    `At most ${PONGS_PER_MINUTE} a minute are answered`,
    `at most ${number(MAX_BODY_CHARACTERS)} characters`,
    `At most ${BODIES_PER_MINUTE} bodies a minute`,
    `\`text\` has at most ${number(CHAT.textCharacters)} characters; control characters are thrown away and it has at most ${CHAT.lines} lines`,
    `At most ${CHAT.receivedPerMinute} messages a minute are taken`,
    `the last ${CHAT.messagesKept} messages, at most ${number(CHAT.charactersKept)} characters`,
    `At most ${CHAT.historyRequestsPerMinute} questions a minute are answered`,
    `at most ${CHAT.picturesAMessage} of at most ${number(CHAT.pictureBytes)} bytes each`,
    `At most ${CHAT.picturesPerMinute} of these messages a minute`,
    `One of ${REACTIONS.map((one) => `\`${one}\``).join(", ")}. At most ${PER_MINUTE} reactions a minute`,
  ]) {
    assert.ok(text.includes(statement), statement);
  }
});
