import assert from "node:assert/strict";
import { test } from "node:test";

import { INPUTS, PAGE_STATES, PageState } from "../../static/js/call/page-state.js";

/** Every cell, written out once more: rows are states, columns the inputs in their order; "-" changes nothing. */
const CELLS = `
               join     knock    admitted  cancel   knock-required  entered  away          end
  prejoin      joining  -        -         -        -               -        -             ended
  waiting      joining  -        joining   prejoin  -               -        -             ended
  joining      -        waiting  -         -        prejoin         in-call  -             ended
  in-call      -        -        -         -        -               -        reconnecting  ended
  reconnecting -        -        -         -        -               in-call  -             ended
  ended        joining  -        -         -        -               -        -             ended
`;

const [inputs, ...rows] = CELLS.trim().split("\n").map((line) => line.trim().split(/\s+/));

test("every cell of the page's table leads where it should", () => {
  assert.deepEqual(inputs, [...INPUTS]);
  assert.deepEqual(rows.map(([state]) => state), Object.keys(PAGE_STATES));
  for (const [state, ...cells] of rows) {
    for (const [column, next] of cells.entries()) {
      const page = new PageState();
      page.current = state;
      const seen = [];
      page.on("changed", (detail) => seen.push(detail.state));
      assert.equal(page.apply(inputs[column]), next !== "-", `${state}, ${inputs[column]}`);
      assert.equal(page.current, next === "-" ? state : next, `${state}, ${inputs[column]}`);
      assert.deepEqual(seen, next === "-" ? [] : [next]);
    }
  }
});

test("a guest who knocks, is let in, loses the server and leaves passes these states", () => {
  const page = new PageState();
  const seen = [page.current];
  page.on("changed", ({ state }) => seen.push(state));
  for (const input of ["join", "knock", "admitted", "entered", "away", "entered", "end", "join"]) page.apply(input);
  assert.deepEqual(seen, ["prejoin", "joining", "waiting", "joining", "in-call", "reconnecting", "in-call", "ended", "joining"]);
});
