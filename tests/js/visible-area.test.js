// What a keyboard that lies over the page covers, where the browser does not make the page smaller.

import assert from "node:assert/strict";
import test from "node:test";

import { coveredEdges } from "../../static/js/ui/call/visible-area.js";

test("a keyboard covers the page, a bar of the browser does not", () => {
  for (const [view, covered] of [
    [{ pageHeight: 844, height: 844, offsetTop: 0, scale: 1 }, { top: 0, bottom: 0 }],
    [{ pageHeight: 844, height: 790, offsetTop: 0, scale: 1 }, { top: 0, bottom: 0 }],
    [{ pageHeight: 844, height: 508, offsetTop: 0, scale: 1 }, { top: 0, bottom: 336 }],
    // Safari has moved the page up; no further than there is page.
    [{ pageHeight: 844, height: 508, offsetTop: 200, scale: 1 }, { top: 200, bottom: 136 }],
    [{ pageHeight: 844, height: 508, offsetTop: 400, scale: 1 }, { top: 336, bottom: 0 }],
    [{ pageHeight: 390, height: 172, offsetTop: -3, scale: 1 }, { top: 0, bottom: 218 }],
    // The person has zoomed in.
    [{ pageHeight: 844, height: 422, offsetTop: 100, scale: 2 }, { top: 0, bottom: 0 }],
  ]) {
    assert.deepEqual(coveredEdges(view), covered, JSON.stringify(view));
  }
});
