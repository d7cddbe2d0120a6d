import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { browserName, withoutAddresses, writeReport } from "../../static/js/probe/report.js";
import { judge, PROBES, sumUp } from "../../static/js/probe/verdicts.js";

const strings = readFileSync(new URL("../../templates/pages/_connection_test_strings.html", import.meta.url), "utf8");
const RELAY = { offered: true, allowed: true, found: true, rttMs: 20, errors: [], addresses: [] };
const STUN = { offered: true, found: true, errors: [], ms: 100, addresses: [] };
const CAMERA = { cause: null, width: 1280, height: 720 };
const CAUSES = ["denied", "dismissed", "system", "policy", "busy", "absent", "failed", "gesture", "insecure", "unsupported", "unknown"];

/** What each test may see, and what that means. */
const TABLE = [
  ["browser", { secure: true, webrtc: true, devices: true }, "good browser.good"],
  ["browser", { secure: false, webrtc: true, devices: false }, "bad browser.insecure"],
  ["browser", { secure: true, webrtc: false, devices: true }, "bad browser.old"],
  ["browser", { secure: true, webrtc: true, devices: false }, "note browser.devices"],
  ["server", { open: true, ms: 12 }, "good server.good"],
  ["server", { open: false, ms: 12_000 }, "bad server.closed"],
  ["stun", STUN, "good stun.good"],
  ["stun", { ...STUN, offered: false }, "skipped stun.none"],
  ["stun", { ...STUN, found: false }, "good stun.same"],
  ["stun", { ...STUN, found: false, ms: 9_700 }, "bad stun.silent"],
  ["stun", { ...STUN, found: false, errors: [701] }, "bad stun.silent"],
  ["udp", RELAY, "good relay.good"],
  ["udp", { ...RELAY, offered: false }, "skipped relay.none"],
  ["tcp", { ...RELAY, allowed: false, rttMs: null }, "skipped relay.sign-in"],
  ["tcp", { ...RELAY, rttMs: null }, "bad relay.mute"],
  ["udp", { ...RELAY, found: false, rttMs: null, errors: [701, 701] }, "bad relay.udp"],
  ["tcp", { ...RELAY, found: false, rttMs: null }, "bad relay.tcp"],
  ["tls", { ...RELAY, found: false, rttMs: null, errors: [701] }, "bad relay.tls"],
  ["tls", { ...RELAY, found: false, rttMs: null, errors: [401] }, "bad relay.refused"],
  ["bandwidth", { relayed: true, kbps: 9_000 }, "good bandwidth.good"],
  ["bandwidth", { relayed: true, kbps: 700 }, "note bandwidth.thin"],
  ["bandwidth", { relayed: true, kbps: 80 }, "bad bandwidth.poor"],
  ["bandwidth", { relayed: false, kbps: 80_000 }, "note bandwidth.inside"],
  ["bandwidth", { relayed: false, kbps: 0 }, "bad bandwidth.nothing"],
  ["camera", CAMERA, "good camera.good"],
  ["microphone", { cause: null, heard: true }, "good microphone.good"],
  ["microphone", { cause: null, heard: false }, "note microphone.silent"],
  ...CAUSES.flatMap((cause) => [
    ["camera", { ...CAMERA, cause }, `bad camera.${cause}`],
    ["microphone", { cause, heard: false }, `bad microphone.${cause}`],
  ]),
  ...PROBES.map((name) => [name, null, "skipped skipped"]),
];

test("what each test saw has one meaning, and the page has the words for it", () => {
  for (const [name, seen, expected] of TABLE) {
    const { state, key, values } = judge(name, seen);
    assert.equal(`${state} ${key}`, expected, `${name} ${JSON.stringify(seen)}`);
    const words = new RegExp(`data-key="${key.replace(".", "\\.")}">(.*)</i>`).exec(strings)?.[1];
    assert.ok(words, `no words for ${key}`);
    const places = [...words.matchAll(/\{(\w+)\}/g)].map(([, place]) => place);
    for (const place of places.filter((one) => !["site"].includes(one))) assert.ok(place in values, `${key} lacks ${place}`);
  }
  for (const name of PROBES) assert.ok(strings.includes(`data-key="title.${name}"`));
});

test("the sum says what matters most", () => {
  const fine = { browser: "good", server: "good", stun: "good", udp: "good", tcp: "good", tls: "good", camera: "good", microphone: "good" };
  const none = { udp: "skipped", tcp: "skipped", tls: "skipped" };
  const table = [
    [{}, "good sum.good"],
    [{ browser: "bad", server: "skipped" }, "bad sum.browser"],
    [{ server: "bad" }, "bad sum.server"],
    [{ stun: "bad", udp: "bad" }, "note sum.tcp"],
    [{ stun: "bad", udp: "bad", tcp: "bad", tls: "bad" }, "bad sum.blocked"],
    [{ stun: "bad", ...none }, "note sum.no-udp"],
    [{ stun: "bad" }, "good sum.good"],
    [{ udp: "bad" }, "note sum.relay-tcp"],
    [{ udp: "bad", tcp: "bad", tls: "skipped" }, "note sum.no-relay"],
    [none, "good sum.direct"],
    [{ stun: "skipped", ...none }, "note sum.no-servers"],
    [{ microphone: "bad" }, "note sum.devices"],
    [{ ...none, camera: "bad" }, "note sum.devices"],
    [{ microphone: "note" }, "good sum.good"],
  ];
  for (const [change, expected] of table) {
    const verdicts = Object.fromEntries(Object.entries({ ...fine, ...change }).map(([name, state]) => [name, { state, key: "", values: {} }]));
    const { state, key } = sumUp(verdicts);
    assert.equal(`${state} ${key}`, expected, JSON.stringify(change));
    assert.ok(strings.includes(`data-key="${key}"`), key);
  }
});

test("a report names no address unless it is asked to", () => {
  const addresses = ["192.0.2.7", "2001:db8::17", "::1", "fe80::1%eth0", "::ffff:192.0.2.7", "[2001:db8:0:1:2:3:4:5]:3478"];
  for (const one of addresses) assert.doesNotMatch(withoutAddresses(`at ${one} there`), /192\.0|2001|db8|fe80|::1/, one);
  assert.equal(withoutAddresses("12:30, 1.5 Mbit/s, Chrome 131"), "12:30, 1.5 Mbit/s, Chrome 131");
  const base = {
    title: "Meeting Point: connection test",
    at: new Date(0),
    browser: "Firefox 128, Windows",
    sum: "Calls work.",
    lines: [{ title: "Relay", state: "Works", words: "at 192.0.2.7 or 2001:db8::17" }],
    addressesTitle: "Addresses",
  };
  const silent = writeReport({ ...base, addresses: null });
  assert.doesNotMatch(silent, /192|2001/);
  assert.match(silent, /^Meeting Point: connection test\n1970-01-01 00:00 UTC\nFirefox 128, Windows\n\nCalls work\.\n\nRelay: Works\. /);
  assert.match(writeReport({ ...base, addresses: ["192.0.2.7", "192.0.2.7"] }), /\nAddresses: 192\.0\.2\.7\n$/);
});

test("a browser is named without more than is needed", () => {
  const table = [
    ["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox 128, Linux"],
    ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36", "Chrome 131, Windows"],
    ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0", "Edge 131, Windows"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1", "Safari 17, iPhone"],
    ["something else", "?, ?"],
  ];
  for (const [agent, expected] of table) assert.equal(browserName(agent), expected);
});
