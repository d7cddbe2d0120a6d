// What a person wants of a device against what the browser does with it: every state that the machine can reach is visited, with
// a model of the browser that answers late, refuses, and loses devices; then the stories with a name.

import assert from "node:assert/strict";
import { test } from "node:test";

import { newIntent, step } from "../../static/js/media/devices/device-intent.js";

/** A world: the machine, and what the browser has open, as the effects say. */
function world(kind, chosen = null) {
  return { intent: newIntent(kind, chosen), asked: [], track: null, wish: false, opens: 0 };
}

/** Carries out the effects of an event; throws where they break a rule. `arriving`: the track of an `opened` event. */
function act(before, event, arriving = null) {
  const { intent, effects } = step(before.intent, event);
  const after = { ...before, intent, asked: [...before.asked], track: before.track && { ...before.track } };
  const byPerson = ["press", "choose", "begin", "reopen"].includes(event.type);
  if (byPerson) after.opens = 0;
  if (event.type === "press" || event.type === "begin") after.wish = event.on;
  if (event.type === "lost" && intent.kind === "screen") after.wish = false;
  let arrived = arriving;
  for (const effect of effects) {
    if (effect.do === "open") {
      assert.ok(!intent.ended, "asked after the end");
      assert.ok(intent.wanted || after.track, "asked for what is off");
      if (event.on) assert.equal(after.track, null, "asked for what is open");
      after.asked.push({ token: effect.token, deviceId: effect.deviceId });
      after.opens += 1;
    } else if (effect.do === "keep") {
      assert.ok(arrived, "kept what never arrived");
      after.track = { id: arrived, enabled: true };
      arrived = null;
    } else if (effect.do === "discard") {
      arrived = null;
    } else if (effect.do === "release") {
      after.track = null;
    } else if (effect.do === "enable") {
      if (after.track) after.track.enabled = effect.on;
    } else if (effect.do === "say") {
      assert.ok(before.intent.wanted || before.intent.held !== null, "spoke of what was called off");
      if (effect.what === "failed") after.wish = false;
    }
  }
  assert.equal(arrived, null, "what arrived is neither kept nor stopped");
  return { after, effects };
}

/** The rules that hold in every state. */
function check({ intent, asked, track, wish, opens }) {
  assert.ok(asked.length <= 1, "two questions at once");
  assert.equal(intent.wanted, wish, "the button does not show the last press");
  assert.equal(intent.held, track?.id ?? null, "the machine and the browser differ");
  if (intent.ended) assert.equal(track, null, "captured after the end");
  if (track && !intent.wanted) assert.ok(intent.kind === "audio" && !track.enabled, "sent while it is off");
  if (track && intent.wanted) assert.ok(track.enabled, "on, and silent");
  if (intent.wanted && !intent.ended) assert.ok(track || intent.request, "on, and nothing is opened");
  if (asked.length > 0) assert.equal(asked[0].token, intent.request?.token, "a question that no one waits for");
  // Three losses and the first press, each with the chosen device, the former one and any other.
  assert.ok(opens <= 12, "asked again and again without a press");
}

/** Everything that may happen in a state. */
function* happenings({ intent, asked, track }) {
  for (const on of [true, false]) yield [{ type: "press", on }];
  for (const on of [true, false]) if (intent.ended) yield [{ type: "begin", on }];
  if (intent.kind !== "screen") for (const deviceId of ["a", "b"]) yield [{ type: "choose", deviceId }];
  if (!intent.ended) yield [{ type: "end" }];
  yield [{ type: "reopen" }];
  for (const { token, deviceId } of asked) {
    for (const id of deviceId === null ? ["a", "b"] : [deviceId]) yield [{ type: "opened", token, id }, id];
    for (const cause of ["busy", "absent", "dismissed"]) yield [{ type: "failed", token, cause }];
  }
  if (track) {
    for (const gone of [true, false]) yield [{ type: "lost", now: 0, gone, cause: null }];
    yield [{ type: "lost", now: 0, gone: false, cause: "denied" }];
  }
  if (intent.request?.waiting) yield [{ type: "due", token: intent.request.token }];
  // Answers to questions of long ago.
  yield [{ type: "opened", token: -1, id: "a" }, "a"];
  yield [{ type: "failed", token: -1, cause: "busy" }];
  yield [{ type: "due", token: -1 }];
}

/** A state without its numbers, so that equal ones are visited once. */
function keyOf({ intent, asked, ...rest }) {
  const { tokens, breaks, request, ...plain } = intent;
  const wait = request && { ...request, token: 0 };
  return JSON.stringify([plain, breaks.length, wait, asked.map(({ deviceId }) => deviceId), rest]);
}

for (const kind of ["audio", "video", "screen"]) {
  test(`no order of presses, answers, losses and ends breaks a rule: ${kind}`, () => {
    const seen = new Set();
    const queue = [{ now: world(kind), path: [] }];
    if (kind !== "screen") queue.push({ now: world(kind, "a"), path: ["a was chosen"] });
    while (queue.length > 0) {
      const { now, path } = queue.pop();
      const key = keyOf(now);
      if (seen.has(key)) continue;
      seen.add(key);
      for (const [event, arriving] of happenings(now)) {
        const story = [...path, event];
        try {
          const answered = now.asked.filter(({ token }) => token !== event.token);
          const { after } = act({ ...now, asked: answered }, event, arriving);
          check(after);
          queue.push({ now: after, path: story });
        } catch (error) {
          error.message += `\nafter ${JSON.stringify(story.slice(-12))} (${story.length})`;
          throw error;
        }
      }
    }
    assert.ok(seen.size > (kind === "screen" ? 10 : 500), `only ${seen.size} states`);
  });
}

/** Plays a story; each line is an event and what must follow. `ask` stands for the token of the last question. */
function play(kind, chosen, lines) {
  let now = world(kind, chosen);
  for (const [event, expected] of lines) {
    const token = event.token === "ask" ? now.asked.at(-1)?.token : event.token;
    const full = token === undefined ? event : { ...event, token };
    const asked = now.asked.filter((question) => question.token !== token);
    const { after, effects } = act({ ...now, asked }, full, full.type === "opened" ? full.id : null);
    check(after);
    const seen = effects.map((effect) => {
      if (effect.do === "open") return `open ${effect.deviceId ?? "any"}`;
      if (effect.do === "enable") return effect.on ? "enable" : "disable";
      if (effect.do === "say") return `say ${effect.what} ${effect.cause}`;
      if (effect.do === "save") return `save ${effect.deviceId}`;
      return effect.do === "wait" ? `wait ${effect.ms}` : effect.do;
    });
    assert.deepEqual(seen, expected, JSON.stringify(full));
    now = after;
  }
  return now;
}

const ON = { type: "press", on: true };
const OFF = { type: "press", on: false };
const END = { type: "end" };
const choose = (deviceId) => ({ type: "choose", deviceId });
const opened = (id) => ({ type: "opened", token: "ask", id });
const failed = (cause) => ({ type: "failed", token: "ask", cause });
const lost = (now, gone = false, cause = null) => ({ type: "lost", now, gone, cause });
const due = (token) => ({ type: "due", token });

const STORIES = [
  ["off while the microphone is being opened: it arrives silent", "audio", null, [[ON, ["open any"]], [OFF, []], [opened("a"), ["keep", "disable"]]]],
  ["off while the camera is being opened: it is stopped when it arrives", "video", null, [[ON, ["open any"]], [OFF, []], [opened("a"), ["discard"]]]],
  ["a failure of what is off again says nothing", "video", null, [[ON, ["open any"]], [OFF, []], [failed("dismissed"), []]]],
  ["off and on again asks once", "video", null, [[ON, ["open any"]], [OFF, []], [ON, []], [opened("a"), ["keep", "enable"]]]],
  ["a choice while it is off is only saved", "video", null, [[choose("b"), ["save b"]], [ON, ["open b"]]]],
  ["a choice without a microphone is only saved", "audio", null, [[choose("b"), ["save b"]]]],
  ["a muted microphone is replaced by a muted one", "audio", null, [
    [ON, ["open any"]], [opened("a"), ["keep", "enable"]], [OFF, ["disable"]], [choose("b"), ["save b", "open b"]], [opened("b"), ["keep", "disable"]],
  ]],
  ["muted and on again: the microphone is still open", "audio", null, [
    [ON, ["open any"]], [opened("a"), ["keep", "enable"]], [OFF, ["disable"]], [ON, ["enable"]],
  ]],
  ["off while a camera is being switched", "video", null, [
    [ON, ["open any"]], [opened("a"), ["keep", "enable"]], [choose("b"), ["save b", "release", "open b"]], [OFF, []], [opened("b"), ["discard"]],
  ]],
  ["another choice while one is being opened: the first is stopped, then the other opened", "video", null, [
    [choose("a"), ["save a"]], [ON, ["open a"]], [choose("b"), ["save b"]], [opened("a"), ["discard", "open b"]], [opened("b"), ["keep", "enable"]],
  ]],
  ["the call ends while the camera is being opened", "video", null, [[ON, ["open any"]], [END, []], [opened("a"), ["discard"]]]],
  ["a new stay uses what is still being opened", "video", null, [
    [ON, ["open any"]], [END, []], [{ type: "begin", on: true }, []], [opened("a"), ["keep", "enable"]],
  ]],
  ["a new stay with the microphone off does not keep what the last one asked for", "audio", null, [
    [ON, ["open any"]], [END, []], [{ type: "begin", on: false }, []], [opened("a"), ["discard"]],
  ]],
  ["a busy camera is picked: the former one comes back", "video", null, [
    [ON, ["open any"]], [opened("a"), ["keep", "enable"]], [choose("b"), ["save b", "release", "open b"]], [failed("busy"), ["open a"]],
    [opened("a"), ["keep", "enable", "say returned busy", "save null"]],
  ]],
  ["a busy microphone is picked: the former one was never let go", "audio", "a", [
    [ON, ["open a"]], [opened("a"), ["keep", "enable"]], [choose("b"), ["save b", "open b"]], [failed("busy"), ["say returned busy", "save a"]],
  ]],
  ["neither the picked camera nor the former one can be had", "video", null, [
    [ON, ["open any"]], [opened("a"), ["keep", "enable"]], [choose("b"), ["save b", "release", "open b"]], [failed("busy"), ["open a"]],
    [failed("busy"), ["say failed busy"]],
  ]],
  ["the chosen device is not connected: another one is used, and named", "audio", "b", [
    [ON, ["open b"]], [failed("absent"), ["open any"]], [opened("a"), ["keep", "enable", "say fallback absent"]],
  ]],
  ["the device in use is pulled out", "audio", "b", [
    [ON, ["open b"]], [opened("b"), ["keep", "enable"]], [lost(0, true), ["release", "open b"]], [failed("absent"), ["open any"]],
    [opened("a"), ["keep", "enable", "say fallback failed"]],
  ]],
  ["the last device is pulled out", "audio", null, [
    [ON, ["open any"]], [opened("a"), ["keep", "enable"]], [lost(0, true), ["release", "open any"]], [failed("absent"), ["open a"]], [failed("absent"), ["say failed absent"]],
  ]],
  ["a microphone is pulled out while it is muted: nothing is opened", "audio", null, [
    [ON, ["open any"]], [opened("a"), ["keep", "enable"]], [OFF, ["disable"]], [lost(0, true), ["release"]],
  ]],
  ["the permission is withdrawn: off, and no question", "video", null, [
    [ON, ["open any"]], [opened("a"), ["keep", "enable"]], [lost(0, false, "denied"), ["release", "say failed denied"]],
  ]],
  ["a dismissed question is not repeated", "video", "b", [[ON, ["open b"]], [failed("dismissed"), ["say failed dismissed"]]]],
  ["a camera that stops again and again is opened three times more, then off; a press begins again", "video", null, [
    [ON, ["open any"]], [opened("a"), ["keep", "enable"]],
    [lost(0), ["release", "open any"]], [opened("a"), ["keep", "enable"]],
    [lost(10), ["release", "wait 1000"]], [due(3), ["open any"]], [opened("a"), ["keep", "enable"]],
    [lost(20), ["release", "wait 4000"]], [due(5), ["open any"]], [opened("a"), ["keep", "enable"]],
    [lost(30), ["release", "say failed unstable"]],
    [ON, ["open any"]], [opened("a"), ["keep", "enable"]], [lost(40), ["release", "open any"]],
  ]],
  ["off during a pause calls the next try off", "video", null, [
    [ON, ["open any"]], [opened("a"), ["keep", "enable"]], [lost(0), ["release", "open any"]], [opened("a"), ["keep", "enable"]],
    [lost(10), ["release", "wait 1000"]], [OFF, []], [due(3), []],
  ]],
  ["a second press while the browser asks what to share calls it off", "screen", null, [[ON, ["open any"]], [OFF, []], [opened("s"), ["discard"]]]],
  ["the browser's own bar stops sharing", "screen", null, [[ON, ["open any"]], [opened("s"), ["keep", "enable"]], [lost(0, true), ["release"]]]],
  ["a screen that cannot be recorded is not asked for twice", "screen", null, [
    [ON, ["open any"]], [opened("s"), ["keep", "enable"]], [OFF, ["release"]], [ON, ["open any"]], [failed("busy"), ["say failed busy"]],
  ]],
];

for (const [name, kind, chosen, lines] of STORIES) test(name, () => void play(kind, chosen, lines));
