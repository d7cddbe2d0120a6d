// Dates, times and numbers as the reader's country writes them, and words in the page's language.

import assert from "node:assert/strict";
import test from "node:test";

import * as formats from "../../static/js/ui/lib/formats.js";

const AT = new Date("2026-11-22T15:56:00Z");
const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];

/** @param {string[]} languages @param {string | null} zone chosen in the settings; null: none @param {string} [page] its language */
function readAs(languages, zone, page = "en") {
  Object.defineProperty(globalThis, "navigator", { value: { languages }, configurable: true });
  const chosen = zone === null ? null : { getAttribute: () => zone };
  Object.assign(globalThis, { document: { documentElement: { lang: page }, querySelector: () => chosen } });
}

/** Spaces that do not break stay what they are in the page. @param {string} text */
const plain = (text) => text.replace(/[\u00a0\u202f]/g, " ");

/** The browser's languages and the chosen zone; a moment, a number, a share, a size. */
const READERS = [
  [["de-DE", "en"], "Europe/Berlin", "22.11.2026, 16:56", "12.345,5", "7,4 %", "3,4 MB"],
  [["en-GB"], "Europe/London", "22 Nov 2026, 15:56", "12,345.5", "7.4%", "3.4 MB"],
  [["en-US"], "America/New_York", "Nov 22, 2026, 10:56 AM", "12,345.5", "7.4%", "3.4 MB"],
  [["sv-SE"], "Asia/Kolkata", "22 nov. 2026 21:26", "12 345,5", "7,4 %", "3,4 MB"],
  [["ja-JP", "en-US"], "Asia/Tokyo", "2026/11/23 0:56", "12,345.5", "7.4%", "3.4 MB"],
  // Not a language tag, which Chromium on Linux once reported, and a zone that the browser does not know.
  [["de-DE@posix", "de-AT"], "Europe/Berlin", "22.11.2026, 16:56", "12 345,5", "7,4 %", "3,4 MB"],
];

for (const [languages, zone, moment, number, share, size] of READERS) {
  test(`${languages[0]} in ${zone} reads ${moment} and ${number}`, () => {
    readAs(languages, zone);
    assert.equal(plain(formats.formatMoment(AT)), moment);
    assert.equal(plain(formats.formatNumber(12_345.5)), number);
    assert.equal(plain(formats.formatPercent(0.074, 1)), share);
    assert.equal(plain(formats.formatSize(3_400_000)), size);
  });
}

test("a zone that the browser does not know is not the end of the page", () => {
  readAs(["en-GB"], "Mars/Olympus");
  assert.match(formats.formatMoment(AT), /2026/);
});

test("numbers below 10,000 stay ungrouped, as in 1280 × 720", () => {
  readAs(["en-US"], null);
  assert.equal(formats.formatNumber(1280), "1280");
});

test("today needs no date, in the reader's zone", () => {
  readAs(["en-GB"], "Europe/Berlin");
  assert.equal(formats.formatRecent(AT, new Date("2026-11-22T22:30:00Z")), "16:56");
  assert.equal(formats.formatRecent(AT, new Date("2026-11-22T23:30:00Z")), "22 Nov 2026, 16:56");
});

/** A duration in ms, and how it is said: a link for a day has one day left a moment later, not 23 hours. */
const DURATIONS = [
  [DAY - SECOND, "1 day"],
  [DAY, "1 day"],
  [DAY - HOUR, "23 hours"],
  [DAY + HOUR, "25 hours"],
  [2 * DAY - SECOND, "2 days"],
  [7 * DAY - MINUTE, "7 days"],
  [HOUR - SECOND, "1 hour"],
  [HOUR + 30 * MINUTE, "90 minutes"],
  [2 * HOUR - 10 * MINUTE, "110 minutes"],
  [2 * HOUR, "2 hours"],
  [59 * MINUTE, "59 minutes"],
  [MINUTE - 100, "1 minute"],
  [90 * SECOND, "90 seconds"],
  [SECOND, "1 second"],
  [0, "0 seconds"],
];

test("durations are rounded to the nearest unit, and one is singular", () => {
  readAs(["de-DE"], null); // words stay in the language of the page
  for (const [ms, words] of DURATIONS) assert.equal(formats.formatDuration(ms), words);
});

test("what is past or to come is said in the page's language", () => {
  readAs(["de-DE"], null);
  assert.equal(formats.formatAgo(3 * DAY), "3 days ago");
  assert.equal(formats.formatAgo(MINUTE), "1 minute ago");
  assert.equal(formats.formatAgo(100), "now");
  assert.equal(formats.formatAgo(-2 * HOUR), "in 2 hours");
  readAs(["en"], null, "de");
  assert.equal(formats.formatAgo(3 * DAY), "vor 3 Tagen");
  assert.equal(formats.formatDuration(DAY), "1 Tag");
});

test("the page's times and numbers are written over", () => {
  readAs(["de-DE"], "Europe/Berlin");
  const time = { dateTime: "2026-11-22T15:56:00Z", dataset: { local: "" }, textContent: "22 Nov 2026, 15:56 UTC", title: "" };
  const day = { ...time, dataset: { local: "date" } };
  const data = { value: "12345", textContent: "12345" };
  formats.localize({ querySelectorAll: (selector) => (selector.startsWith("time") ? [time, day] : [data]) });
  assert.deepEqual([time.textContent, day.textContent, data.textContent], ["22.11.2026, 16:56", "22.11.2026", "12.345"]);
  assert.match(time.title, /22\. November 2026 .*16:56:00 MEZ/);
});
