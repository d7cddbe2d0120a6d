// Names that change during a call: what is refused, what a peer may do, and which names look the same.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PER_MINUTE, readName, Renaming, TOPIC } from "../../static/js/chat/renaming.js";
import { comparableName, looksLike } from "../../static/js/lib/same-name.js";
import { sharesName } from "../../static/js/ui/people/names.js";
import { FakeMesh, PIDS } from "./peer-world.js";

const [SELF, MAX, MIA] = PIDS;

/** A call with Max and Mia in it, in which the person here is called Olga. */
function call() {
  const mesh = new FakeMesh(MAX, MIA);
  const person = (pid, name) => ({ pid, member: `m-${pid[0]}`, name, state: "connected" });
  const people = new Map([MAX, MIA].map((pid) => [pid, person(pid, pid === MAX ? "Max" : "Mia")]));
  const session = {
    mesh, people, self: person(SELF, "Olga"), changes: [],
    setPresence: async ({ name }) => void (session.self.name = name),
    socket: { rejoin: () => (session.rejoined += 1) },
    rejoined: 0,
    updatePerson: (pid, { name }) => {
      session.changes.push([pid, name]);
      people.get(pid).name = name;
    },
  };
  const renaming = new Renaming(session, ["You", "Host"], new AbortController().signal);
  return { mesh, session, renaming };
}

test("a new name goes to everyone, again to those who were away, and into the hello", async () => {
  const { mesh, session, renaming } = call();
  mesh.emit("peer-channel-open", { pid: MAX });
  assert.deepEqual(mesh.sent, [], "the hello has the first name");
  assert.equal(renaming.rename("  Olga   P. "), "renamed");
  assert.equal(session.self.name, "Olga P.");
  assert.deepEqual(mesh.sent, [[MAX, TOPIC, "Olga P."], [MIA, TOPIC, "Olga P."]]);
  mesh.emit("peer-channel-open", { pid: MIA });
  assert.deepEqual(mesh.sent.at(-1), [MIA, TOPIC, "Olga P."]);
  await null;
  await null;
  assert.equal(session.rejoined, 1);
});

test("a name that is empty, reserved or another person's is refused and changes nothing", () => {
  const { mesh, session, renaming } = call();
  for (const [input, outcome] of [["", "empty"], ["\u200b \u2800", "empty"], ["host", "reserved"], ["Yоu", "reserved"], ["MAX", "taken"], ["Мax", "taken"], ["M\u200dia", "taken"]]) {
    assert.equal(renaming.rename(input), outcome, input);
  }
  assert.equal(session.self.name, "Olga");
  assert.deepEqual(mesh.sent, []);
  // The other tab of the same person may have the same name.
  session.people.get(MAX).member = session.self.member;
  assert.equal(renaming.rename("Max"), "renamed");
});

test("one's own changes have a limit, too", () => {
  const { renaming } = call();
  for (let n = 0; n < PER_MINUTE; n += 1) assert.equal(renaming.rename(`Olga ${n}`), "renamed");
  assert.equal(renaming.rename("Olga again"), "too-fast");
  assert.equal(renaming.rename(`Olga ${PER_MINUTE - 1}`), "renamed", "the same name again is no change");
});

test("a peer's flood of names is bounded, and the last one counts in the end", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 1_000;
  performance.now = () => now;
  context.after(() => Reflect.deleteProperty(performance, "now"));
  const { mesh, session } = call();
  for (let n = 0; n < 500; n += 1) mesh.receive(MAX, TOPIC, `Max ${n}`);
  assert.equal(session.changes.length, PER_MINUTE);
  now += 60_000 / PER_MINUTE + 1;
  context.mock.timers.tick(60_000 / PER_MINUTE + 1);
  assert.equal(session.changes.length, PER_MINUTE + 1);
  assert.equal(session.people.get(MAX).name, "Max 499");
});

test("what a peer sends is cleaned or dropped", () => {
  assert.equal(readName("  Max\n\u202eMustermann\u0000 "), "Max Mustermann");
  assert.equal([...readName("x".repeat(500))].length, 60);
  for (const wrong of [null, 7, {}, [], "", " ", "\u200b", "x".repeat(5_000)]) assert.equal(readName(wrong), null, JSON.stringify(wrong)?.slice(0, 20));
  const { mesh, session } = call();
  mesh.receive("z".repeat(22), TOPIC, "Mallory");
  mesh.receive(MAX, TOPIC, "");
  assert.deepEqual(session.changes, []);
});

test("names that look the same are the same, others are not", () => {
  const pairs = [["Olga", "OLGA "], ["Olga", "Оlgа"], ["Olga", "0lga"], ["Jose", "José"], ["Ｍａｘ", "Max"], ["Will", "WiII"], ["Bernd", "Bemd"], ["Anne Marie", "Anne-Marie"], ["Νick", "nick"], ["🦊", "🦊 "]];
  for (const [one, other] of pairs) assert.ok(looksLike(one, other), `${one} ${other}`);
  for (const [one, other] of [["Olga", "Olge"], ["Max", "Max M."], ["🦊", "🐻"], ["李", "王"], ["Анна", "Инна"], ["...", "!?"]]) assert.ok(!looksLike(one, other), `${one} ${other}`);
  assert.notEqual(comparableName("..."), "");
  const [olga, twin, tab] = [{ member: "1", name: "Olga", state: "connected" }, { member: "2", name: "OIga", state: "connected" }, { member: "1", name: "Olga", state: "connected" }];
  assert.ok(sharesName(olga, [olga, twin]));
  assert.ok(!sharesName(olga, [olga, tab]));
  assert.ok(!sharesName(olga, [olga, { ...twin, state: "refused" }]));
});
