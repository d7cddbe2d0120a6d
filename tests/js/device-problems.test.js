import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { TROUBLES } from "../../static/js/call/captures.js";
import { waysOf } from "../../static/js/ui/devices/ways.js";

const strings = ["devices", "capture"]
  .map((name) => readFileSync(new URL(`../../templates/rooms/call/strings_${name}.html`, import.meta.url), "utf8"))
  .join("");
const keys = new Set([...strings.matchAll(/data-key="([^"]+)"/g)].map((match) => match[1]));

const APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0";

test("each browser and system has its way to allow a device", () => {
  const table = [
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36`, 0, ["windows"]],
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36 Edg/156.0`, 10, ["windows"]],
    [`Mozilla/5.0 (X11; Linux x86_64) ${CHROME} Safari/537.36`, 0, []],
    [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${CHROME} Safari/537.36`, 0, ["mac"]],
    [`Mozilla/5.0 (Linux; Android 14; K) ${CHROME} Mobile Safari/537.36`, 5, ["android"]],
    ["Mozilla/5.0 (Android 14; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0", 5, ["android"]],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0", 0, ["firefox"]],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:153.0) Gecko/20100101 Firefox/153.0", 0, ["firefox", "mac"]],
    [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${APPLE} Version/19.0 Safari/605.1.15`, 0, ["safari", "mac"]],
    [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${APPLE} Version/19.0 Safari/605.1.15`, 5, ["safari-phone", "iphone"]],
    [`Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) ${APPLE} Version/19.0 Mobile/15E148 Safari/604.1`, 5, ["safari-phone", "iphone"]],
    [`Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) ${APPLE} CriOS/156.0 Mobile/15E148 Safari/604.1`, 5, ["other-iphone", "iphone"]],
    [`Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) ${APPLE} FxiOS/153.0 Mobile/15E148 Safari/605.1.15`, 5, ["other-iphone", "iphone"]],
  ];
  for (const [userAgent, maxTouchPoints, ways] of table) assert.deepEqual(waysOf({ userAgent, maxTouchPoints }), ways, userAgent);
  assert.deepEqual(waysOf({}), []);
});

test("every cause has a title for each device and for both, and says what to do", () => {
  const causes = ["denied", "dismissed", "system", "policy", "busy", "absent", "failed", "unstable", "gesture", "unknown", "taken", "frozen"];
  for (const cause of causes) {
    for (const device of ["camera", "microphone", "both"]) {
      assert.ok(keys.has(`problem.${cause}.title.${device}`), `${cause}, ${device}`);
      assert.ok(keys.has(`problem.${cause}.text`) || keys.has(`problem.${cause}.text.${device}`), `${cause}, ${device}`);
    }
  }
  for (const cause of ["insecure", "unsupported"]) assert.ok(keys.has(`problem.${cause}.title`) && keys.has(`problem.${cause}.text`));
  for (const cause of ["failed", "system", "denied", "policy", "absent"]) assert.ok(keys.has(`screen.${cause}`), cause);
});

test("every trouble of a device has words for its person and for the others", () => {
  for (const [device, troubles] of Object.entries(TROUBLES)) {
    for (const trouble of troubles.filter(Boolean)) {
      for (const end of ["", ".own"]) assert.ok(keys.has(`capture.${device}.${trouble}${end}`), `${device} ${trouble}${end}`);
    }
  }
  const shared = TROUBLES.camera.filter((trouble) => trouble && TROUBLES.microphone.includes(trouble));
  for (const trouble of shared) for (const end of ["", ".own"]) assert.ok(keys.has(`capture.both.${trouble}${end}`), trouble);
});
