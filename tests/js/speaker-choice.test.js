// The speaker that is wanted, and the one that is used.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SpeakerChoice } from "../../static/js/media/playback/speaker-choice.js";

/** @param {SpeakerChoice} choice @returns {string[]} what it says */
function heard(choice) {
  const said = [];
  choice.on("changed", ({ deviceId }) => said.push(`use ${deviceId || "default"}`));
  choice.on("moved", ({ label, why }) => said.push(`${why} ${label}`));
  return said;
}

const BUILT_IN = { deviceId: "b", label: "Built-in" };
const HEADSET = { deviceId: "h", label: "Headset" };
const ALIAS = { deviceId: "default", label: "Default - Built-in" };

test("a speaker that is pulled out stays wanted, is said, and is used again when it is back", () => {
  const choice = new SpeakerChoice("");
  const said = heard(choice);
  choice.setDevices([BUILT_IN, HEADSET]);
  choice.choose("h");
  choice.setDevices([BUILT_IN]);
  assert.deepEqual(said, ["use h", "use default", "lost Headset"]);
  assert.deepEqual([choice.used, choice.selected, choice.missing], ["", "h", true]);
  assert.deepEqual(choice.options.map(({ deviceId, label, state }) => `${deviceId} ${label} ${state}`), [
    "  default",
    "b Built-in connected",
    "h Headset missing",
  ]);
  choice.setDevices([BUILT_IN, { deviceId: "tv", label: "Television" }]);
  choice.setDevices([BUILT_IN, HEADSET]);
  assert.deepEqual(said.slice(3), ["use h", "back Headset"]);
  assert.equal(choice.missing, false);
  // The last one of all, too.
  choice.setDevices([]);
  assert.deepEqual(said.slice(5), ["use default", "lost Headset"]);
});

test("after a loss any speaker can be picked, also the one in use, and the lost one is forgotten", () => {
  for (const pick of ["b", "", "default"]) {
    const choice = new SpeakerChoice("h");
    const said = heard(choice);
    choice.setDevices([ALIAS, BUILT_IN, HEADSET]);
    choice.setDevices([ALIAS, BUILT_IN]);
    choice.choose(pick);
    assert.deepEqual([choice.used, choice.missing], [pick === "b" ? "b" : "", false]);
    assert.equal(choice.selected, pick === "b" ? "b" : "default");
    assert.deepEqual(choice.options.map(({ state }) => state), ["default", "connected"]);
    choice.setDevices([ALIAS, BUILT_IN, HEADSET]);
    assert.deepEqual(said, ["use default", "lost Headset", ...(pick === "b" ? ["use b"] : [])]);
  }
});

test("the system's default is followed: it is no device, whatever the browser calls it", () => {
  for (const wanted of ["", "default"]) {
    const choice = new SpeakerChoice(wanted);
    const said = heard(choice);
    choice.setDevices([]);
    assert.deepEqual([choice.used, choice.options], ["", []]);
    choice.setDevices([BUILT_IN, HEADSET]);
    assert.deepEqual([choice.selected, choice.options[0].state], ["", "default"]);
    choice.setDevices([ALIAS, { deviceId: "communications", label: "Communications - Headset" }, BUILT_IN]);
    choice.setDevices([ALIAS, HEADSET]);
    assert.deepEqual([choice.selected, choice.used, said], ["default", "", []]);
  }
  const communications = new SpeakerChoice("communications");
  communications.setDevices([ALIAS, { deviceId: "communications", label: "Communications - Headset" }, BUILT_IN]);
  assert.deepEqual([communications.used, communications.selected], ["communications", "communications"]);
});

test("a speaker of the last visit is used while it is unknown which there are; one that is absent is no news", () => {
  const choice = new SpeakerChoice("h");
  const said = heard(choice);
  choice.setDevices([]);
  assert.deepEqual([choice.used, said], ["h", []]);
  choice.setDevices([BUILT_IN]);
  assert.deepEqual([choice.used, said], ["", ["use default"]]);
  choice.setDevices([BUILT_IN, HEADSET]);
  assert.deepEqual(said, ["use default", "use h", "back Headset"]);
});

test("a speaker that the browser refuses is said once, tried again when devices are listed and when it is picked", () => {
  const choice = new SpeakerChoice("");
  choice.setDevices([BUILT_IN, HEADSET]);
  choice.choose("h");
  const said = heard(choice);
  choice.refuse("b");
  choice.refuse("h");
  choice.refuse("h");
  assert.deepEqual([said, choice.selected, choice.missing], [["use default", "refused Headset"], "h", true]);
  // The same list: it may have been out and in since.
  choice.setDevices([BUILT_IN, HEADSET]);
  choice.refuse("h");
  assert.deepEqual(said.slice(2), ["use h", "use default"]);
  choice.choose("h");
  choice.refuse("h");
  assert.deepEqual(said.slice(4), ["use h", "use default", "refused Headset"]);
});
