// What is asked before a call ends, and that nothing listens for it otherwise.

import assert from "node:assert/strict";
import test from "node:test";

import { asksBeforeClosing, asksBeforeLeaving, LeaveGuard, NOTHING } from "../../static/js/call/leave-guard.js";

/** What is at stake; whether closing the tab asks; what Leave asks about. */
const TABLE = [
  [{}, false, null],
  [{ others: 1 }, true, null],
  [{ sharing: true }, true, null],
  [{ running: 1 }, true, "running"],
  [{ waiting: 1 }, true, "waiting"],
  [{ saving: 1 }, true, "saving"],
  // It stays in the browser; only the button means that the person has done with it.
  [{ unsaved: 1 }, false, "unsaved"],
  [{ unsaved: 1, inMemory: 1 }, true, "unsaved"],
  [{ running: 1, unsaved: 2, waiting: 1, saving: 1 }, true, "running"],
  [{ saving: 1, waiting: 1, unsaved: 1 }, true, "saving"],
  [{ waiting: 1, unsaved: 1 }, true, "waiting"],
  [{ others: 3, sharing: true }, true, null],
];

test("closing asks with others, a shared screen or files that would be lost; Leave asks only about files", () => {
  for (const [stakes, closing, leaving] of TABLE) {
    const all = { ...NOTHING, ...stakes };
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
  guard.update({ ...NOTHING, others: 1 });
  guard.update({ ...NOTHING, others: 1, running: 1 });
  assert.equal(asks(), true);
  guard.update(NOTHING);
  assert.equal(asks(), false);
  guard.update({ ...NOTHING, sharing: true });
  assert.equal(asks(), true);
  life.abort();
  assert.equal(asks(), false);
});
