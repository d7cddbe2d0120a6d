import assert from "node:assert/strict";
import { test } from "node:test";

import { compareRooms, matches } from "../../static/js/ui/rooms/room-order.js";
import { insideText, peopleText } from "../../static/js/ui/rooms/room-text.js";
import { formatDay } from "../../static/js/ui/lib/formats.js";
import { composeTitle } from "../../static/js/ui/lib/page-title.js";

const STRINGS = {
  "inside.none": "Empty",
  "inside.one": "1 person in the call",
  "inside.other": "{count} people in the call",
  "inside.you": "You",
  "others.one": "1 other",
  "others.other": "{count} others",
  "inside.since": "since {time}",
  "title.count": "({count}) {title}",
};
const words = (key, values = {}) => STRINGS[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

test("rooms with people first, then knocks, then open ones, the last used, the newest", () => {
  const room = (slug, more) => ({ slug, inside: 0, knocks: 0, open: true, lastUsed: 0, created: 0, ...more });
  const rooms = [
    room("closed, used", { open: false, lastUsed: 9 }),
    room("old", { created: 1 }),
    room("new", { created: 2 }),
    room("used long ago", { lastUsed: 5, created: 3 }),
    room("used", { lastUsed: 9 }),
    room("knocked at", { knocks: 1 }),
    room("occupied, used", { inside: 1, lastUsed: 9 }),
    room("occupied by many", { inside: 3, lastUsed: 5 }),
    room("occupied, knocked at", { inside: 1, knocks: 2 }),
  ];
  assert.deepEqual(
    rooms.toSorted(compareRooms).map(({ slug }) => slug),
    ["occupied, knocked at", "occupied, used", "occupied by many", "knocked at", "used", "used long ago", "new", "old", "closed, used"],
  );
});

test("a search finds all its words, whatever their case, accents and order", () => {
  for (const [query, name, found] of [
    ["", "Anything", true],
    ["  ", "Anything", true],
    ["cafe", "Café Zürich", true],
    ["ZÜRICH", "Cafe Zurich", true],
    ["zur caf", "Café Zürich", true],
    ["Zu\u0308rich", "Zürich", true],
    ["strasse", "Straße 5", true],
    ["istanbul", "İSTANBUL", true],
    ["olga", "Monday Olga Nordmann", true],
    ["ελλαδα", "Ελλάδα", true],
    ["cafe bern", "Café Zürich", false],
    ["x", "", false],
  ]) {
    assert.equal(matches(query, name), found, `${query} in ${name}`);
  }
});

test("a card says who is inside as far as it knows, and since when", () => {
  const at = new Date(2026, 10, 26, 14, 5).getTime();
  const now = new Date(at + 60_000);
  const time = new Intl.DateTimeFormat(undefined, { timeStyle: "short" }).format(at);
  for (const [view, text] of [
    [{ inside: 0, since: null, self: false, names: [] }, ""],
    [{ inside: 1, since: at, self: false, names: ["Max"] }, `Max · since ${time}`],
    [{ inside: 3, since: at, self: true, names: ["Max", "Mia"] }, `You, Max, and Mia · since ${time}`],
    [{ inside: 2, since: at, self: true, names: [] }, `You and 1 other · since ${time}`],
    [{ inside: 4, since: at, self: false, names: ["Max"] }, `Max and 3 others · since ${time}`],
    [{ inside: 2, since: at, self: false, names: [] }, `since ${time}`],
    [{ inside: 1, since: null, self: true, names: [] }, "You"],
  ]) {
    assert.equal(peopleText({ slug: "tea", ...view }, words, now), text);
  }
  const yesterday = { slug: "tea", inside: 1, since: at, self: true, names: [] };
  assert.match(peopleText(yesterday, words, new Date(at + 86_400_000)), /2026/);
  assert.deepEqual([0, 1, 5].map((count) => insideText(count, words)), ["Empty", "1 person in the call", "5 people in the call"]);
});

test("the last use is a day to people, not a number of hours", () => {
  const now = new Date(2026, 10, 26, 0, 30).getTime();
  const before = (hours) => formatDay(now - hours * 3_600_000, now);
  assert.equal(before(0.25), "today");
  assert.equal(before(1), "yesterday");
  assert.equal(before(24), "yesterday");
  assert.equal(before(25), "2 days ago");
  assert.equal(before(13 * 24), "13 days ago");
  assert.match(before(15 * 24), /2026/);
  assert.match(before(-48), /2026/); // a clock that is wrong
});

test("the title of the list of rooms counts who knocks", () => {
  const quiet = { room: "", knocks: 0, unread: 0, muted: false, sharing: false };
  assert.equal(composeTitle(quiet, "My rooms · Meeting Point", words), "My rooms · Meeting Point");
  assert.equal(composeTitle({ ...quiet, knocks: 2 }, "My rooms · Meeting Point", words), "(2) My rooms · Meeting Point");
});
