// What is asked before a call ends, and that nothing listens for it otherwise.

import assert from "node:assert/strict";
import test from "node:test";

import { asksBeforeClosing, asksBeforeLeaving, LeaveGuard } from "../../static/js/call/leave-guard.js";

const ALONE = { others: 0, sharing: false, running: 0, unsaved: 0 };

/** What is at stake; whether closing the tab asks; what Leave asks about. */
const TABLE = [
  [{}, false, null],
  [{ others: 1 }, true, null],
  [{ sharing: true }, true, null],
  [{ running: 1 }, true, "running"],
  [{ unsaved: 1 }, true, "unsaved"],
  [{ running: 1, unsaved: 2 }, true, "running"],
  [{ others: 3, sharing: true }, true, null],
];

test("closing asks with others, a shared screen or files; Leave asks only about files", () => {
  for (const [stakes, closing, leaving] of TABLE) {
    const all = { ...ALONE, ...stakes };
    assert.equal(asksBeforeClosing(all), closing, JSON.stringify(stakes));
    assert.equal(asksBeforeLeaving(all), leaving, JSON.stringify(stakes));
  }
});

/** As browsers have it: `returnValue` is text that can be set. */
class BeforeUnload extends Event {
  returnValue = "";
}

test("it listens only while there is something to ask about, and not after the call", () => {
  const window = new EventTarget();
  const asks = () => !window.dispatchEvent(new BeforeUnload("beforeunload", { cancelable: true }));
  const life = new AbortController();
  const guard = new LeaveGuard(life.signal, window);
  assert.equal(asks(), false);
  guard.update({ ...ALONE, others: 1 });
  guard.update({ ...ALONE, others: 1, running: 1 });
  assert.equal(asks(), true);
  guard.update(ALONE);
  assert.equal(asks(), false);
  guard.update({ ...ALONE, sharing: true });
  assert.equal(asks(), true);
  life.abort();
  assert.equal(asks(), false);
});
