import assert from "node:assert/strict";
import { test } from "node:test";

import { facingOf, otherCamera } from "../../static/js/media/devices/facing.js";

test("a camera looks where it says, or where its label says", () => {
  const table = [
    [{ facingMode: "environment", label: "" }, "environment"],
    [{ facingMode: "user", label: "Back" }, "user"],
    [{ facingMode: ["environment"], label: "camera2 0" }, "environment"],
    [{ facingMode: [], label: "camera2 0, facing back" }, "environment"],
    [{ label: "camera2 1, facing front" }, "user"],
    [{ label: "Back Dual Wide Camera" }, "environment"],
    [{ label: "Rückkamera" }, "environment"],
    [{ label: "Front Camera" }, "user"],
    [{ label: "FaceTime HD Camera" }, ""],
    [{ label: "Logitech Brio" }, ""],
    [{ label: "Backup webcam" }, ""],
    [{ facingMode: "left", label: "" }, ""],
    [{ label: "" }, ""],
  ];
  for (const [camera, facing] of table) assert.equal(facingOf(camera), facing, JSON.stringify(camera));
});

test("flipping goes to the other side, and is offered only where there is one", () => {
  const cameras = (...facings) => facings.map((facing, index) => ({ deviceId: String(index), facing }));
  const [F, B] = ["user", "environment"];
  const table = [
    [cameras(F, B), "0", true, "1"],
    [cameras(F, B), "1", true, "0"],
    [cameras(F, B), "1", false, "0"],
    [cameras(F, B), null, true, "1"],
    [cameras(B, B, B, F), "2", true, "3"],
    [cameras(B, B, B, F), "3", true, "0"],
    [cameras("", F, B), "0", false, "2"],
    [cameras("", ""), "0", true, "1"],
    [cameras("", ""), "1", true, "0"],
    [cameras("", ""), null, true, "0"],
    [cameras("", ""), "0", false, null],
    [cameras("", F), "0", false, null],
    [cameras(F), "0", true, null],
    [[], null, true, null],
  ];
  for (const [all, current, touch, next] of table) assert.equal(otherCamera(all, current, touch), next, JSON.stringify([all, current, touch]));
});
