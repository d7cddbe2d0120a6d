import assert from "node:assert/strict";
import { test } from "node:test";

import { readChoices, whoUses } from "../../static/js/ui/invites/invite-choices.js";

const DAY = 86_400;
const AS_SHOWN = { uses: "unlimited", role: "guest", expiry: String(DAY), amount: "3", unit: String(DAY), limit: "", label: "" };

/** @param {Record<string, string>} changes */
function read(changes) {
  const values = new FormData();
  for (const [name, value] of Object.entries({ ...AS_SHOWN, ...changes })) values.set(name, value);
  return readChoices(values);
}

test("the form as it is shown makes a link for anyone, for a day", () => {
  assert.deepEqual(read({}), { expires_in: DAY, max_uses: null, role: "guest" });
});

test("each choice becomes what the server is asked for, or an error", () => {
  const table = [
    [{ uses: "1" }, { expires_in: DAY, max_uses: 1, role: "guest" }],
    [{ uses: "1", limit: "5" }, { expires_in: DAY, max_uses: 1, role: "guest" }],
    [{ limit: "5" }, { expires_in: DAY, max_uses: 5, role: "guest" }],
    [{ limit: " 1000 ", role: "member" }, { expires_in: DAY, max_uses: 1000, role: "member" }],
    [{ limit: "1" }, "usesRange"],
    [{ limit: "1001" }, "usesRange"],
    [{ limit: "2.5" }, "usesRange"],
    [{ limit: "many" }, "usesRange"],
    [{ expiry: "custom" }, { expires_in: 3 * DAY, max_uses: null, role: "guest" }],
    [{ expiry: "custom", amount: "90" }, { expires_in: 90 * DAY, max_uses: null, role: "guest" }],
    [{ expiry: "custom", amount: "91" }, "expiryRange"],
    [{ expiry: "custom", amount: "" }, "expiryRange"],
    [{ expiry: "custom", amount: "-1" }, "expiryRange"],
    [{ role: "moderator", expiry: "custom", amount: "", limit: "7" }, { expires_in: DAY, max_uses: 1, role: "moderator" }],
  ];
  for (const [changes, expected] of table) assert.deepEqual(read(/** @type {any} */ (changes)), expected, JSON.stringify(changes));
});

test("whom a link lets in", () => {
  assert.deepEqual([null, 1, 2, 1000].map(whoUses), ["anyone", "one", "several", "several"]);
});
