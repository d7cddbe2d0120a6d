import assert from "node:assert/strict";
import { test } from "node:test";

import { composeTitle } from "../../static/js/ui/lib/page-title.js";

const TEXTS = { "title.count": "({count}) {title}", "title.muted": "Muted · {title}", "title.sharing": "Sharing · {title}", "title.both": "Muted, sharing · {title}" };
const words = (key, values) => TEXTS[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const QUIET = { room: "", knocks: 0, unread: 0, muted: false, sharing: false };

const ROWS = [
  [{}, "Garden · club · Meeting Point"],
  [{ unread: 2 }, "(2) Garden · club · Meeting Point"],
  [{ knocks: 1, unread: 2 }, "(3) Garden · club · Meeting Point"],
  [{ unread: 1000 }, "(99+) Garden · club · Meeting Point"],
  [{ muted: true }, "Muted · Garden · club · Meeting Point"],
  [{ sharing: true }, "Sharing · Garden · club · Meeting Point"],
  [{ unread: 2, muted: true, sharing: true }, "(2) Muted, sharing · Garden · club · Meeting Point"],
  [{ room: "Tea", muted: true }, "Muted · Tea · Meeting Point"],
];

for (const [change, title] of ROWS) {
  test(`the tab is called ${title}`, () => assert.equal(composeTitle({ ...QUIET, ...change }, "Garden · club · Meeting Point", words), title));
}
