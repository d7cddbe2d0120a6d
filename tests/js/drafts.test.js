// What becomes of what was typed into a form, when the next page has loaded.

import assert from "node:assert/strict";
import test from "node:test";

import { fateOf } from "../../static/js/ui/lib/drafts.js";

const NO = { again: false, refusal: false, form: false, errors: false };

/** What happened; the draft's state; the page that has loaded; the draft's fate. */
const ROWS = [
  ["a reload", "typed", { form: true, again: true }, "restore"],
  ["Back from another page", "typed", { form: true, again: true }, "restore"],
  ["the form is opened again: what was left unsent would look saved", "typed", { form: true }, "drop"],
  ["another page in between", "typed", {}, "keep"],
  ["a page without the form is reloaded", "typed", { again: true }, "keep"],
  ["accepted: the next page is another one", "sent", {}, "drop"],
  ["accepted: the same page, without errors", "sent", { form: true }, "drop"],
  ["refused: the form is here, with what was sent", "sent", { form: true, errors: true }, "typed"],
  ["refused, and the page with the errors is reloaded", "typed", { form: true, errors: true, again: true }, "restore"],
  ["too many attempts, or the page had expired, or the mail server is away", "sent", { refusal: true }, "back"],
  ["the session had ended", "sent", { refusal: true }, "back"],
  ["signed in again, and back at the form", "back", { form: true }, "restore"],
  ["no network: the browser's own page, and then Back", "sent", { form: true, again: true }, "restore"],
  ["no network, and the page before is reloaded", "sent", { again: true }, "keep"],
  ["after a refusal another page", "back", {}, "keep"],
];

for (const [name, state, page, fate] of ROWS) {
  test(name, () => assert.equal(fateOf(state, { ...NO, ...page }), fate));
}
