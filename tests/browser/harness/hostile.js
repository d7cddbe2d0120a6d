/** A hostile relay between the real modules of a tab. For tests only. */

import { fromBase64Url, sha256, toBase64Url } from "/static/js/lib/encoding.js";
import { makeRoomKey } from "/static/js/keys/room-key.js";
import { makeRoomSeal } from "/static/js/keys/room-seal.js";
import { SasHandshake } from "/static/js/keys/sas-handshake.js";
import { writeSasText, isSasText, readSasText } from "/static/js/keys/sas-messages.js";
import { SealedLink } from "/static/js/keys/sealed-link.js";
import { allFingerprintsMatch } from "/static/js/peer/dtls-fingerprint.js";
import { bareIdentity, EPOCH, random, realTab, ROOM, Tab, until, words } from "./hostile-tabs.js";

/** Lets `runs` numbers through `act`, a few at a time. */
async function many(runs, act, atOnce = 10) {
  let next = 0;
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (next < runs) {
      next += 1;
      await act(next - 1);
    }
  }));
}

const offer = (fingerprint) => JSON.stringify({ attempt: 1, offer: 1, description: { type: "offer", sdp: `v=0\r\na=fingerprint:sha-256 ${fingerprint}\r\n` } });

/** Whether a tab would go on to connect to a certificate: it believes in the peer and takes an offer that names it. */
const takes = (tab, fingerprint) =>
  tab.received.some(({ from, body }) => tab.pins.has(from) && allFingerprintsMatch(JSON.parse(body).description?.sdp ?? "", tab.pins.get(from)) && body.includes(fingerprint));

const alter = (peer, change) => ({ ...peer, hello: JSON.stringify({ ...JSON.parse(peer.hello), ...change }) });
const changed = (body) => {
  const { seq, ct } = JSON.parse(body);
  const bytes = fromBase64Url(ct);
  bytes[random(1)[0] % bytes.length] ^= 1;
  return JSON.stringify({ seq, ct: toBase64Url(bytes) });
};

/**
 * What a relay does to `a`, who expects `b`. `evil` is its own tab, which does not have the room key; `bodies` is what `b` sent.
 * Everything ends with an attempt to be connected to: an offer with the relay's certificate, sealed as well as it can.
 */
const ATTACKS = {
  "swapped fingerprint": async ({ a, b, evil }) => a.link.joined([alter(await b.peer(), { fp: evil.fingerprint })]),
  "swapped key": async ({ a, b, evil }) => a.link.joined([alter(await b.peer(), { key: toBase64Url(evil.publicKey) })]),
  "swapped key and pid": async ({ a, b, evil }) => a.link.joined([{ ...alter(await b.peer(), { key: toBase64Url(evil.publicKey) }), pid: evil.pid }]),
  "another's pid": async ({ a, b, evil }) => a.link.joined([{ ...(await b.peer()), pid: evil.pid }]),
  "ghost with another key": async ({ a, evil }) => a.link.addPeer(await evil.peer()),
  "ghost without a key": async ({ a, open }) => a.link.addPeer(await open.peer()),
  "keyless downgrade": async ({ a, b }) => a.link.joined([alter(await b.peer(), { mode: "keyless", mac: undefined, profile: "{}" })]),
  "older epoch": async ({ a, b }) => a.link.joined([alter(await b.peer(), { e: EPOCH - 1 })]),
  "profile of another": async ({ a, b, evil }) => a.link.joined([alter(await b.peer(), { profile: JSON.parse((await evil.peer()).hello).profile })]),
  replay: async ({ a, b, bodies }) => (a.link.joined([await b.peer()]), [...bodies, ...bodies].forEach((body) => a.link.receive(b.pid, body))),
  reorder: async ({ a, b, bodies }) => (a.link.joined([await b.peer()]), bodies.toReversed().forEach((body) => a.link.receive(b.pid, body))),
  change: async ({ a, b, bodies }) => (a.link.joined([await b.peer()]), bodies.forEach((body) => a.link.receive(b.pid, changed(body)))),
  reflect: async ({ a, b }) => {
    a.out = (_to, body) => a.link.receive(b.pid, body);
    a.link.joined([await b.peer()]);
    await until(() => a.link.pairOf(b.pid) !== null, "known");
    a.link.send(b.pid, "x");
  },
};

const hostile = {
  attacks: Object.keys(ATTACKS),

  /**
   * In a room with a key: how many of `runs` attacks end in a connection to the relay, and how long a tab takes to say so.
   * With `insider`, the relay has the room's key: then it must be let in, or this would measure nothing.
   */
  async keyed(runs, insider = false) {
    const key = makeRoomKey();
    const [seal, other, keyless] = await Promise.all([makeRoomSeal(ROOM, EPOCH, key), makeRoomSeal(ROOM, EPOCH, makeRoomKey()), makeRoomSeal(ROOM, 0, null)]);
    const outcome = { runs: 0, connected: 0, silent: 0, slowest: 0, reported: {} };
    const names = insider ? ["ghost with another key"] : Object.keys(ATTACKS);
    await many(runs, async (run) => {
      const identities = await Promise.all([bareIdentity(), bareIdentity(), bareIdentity()]);
      const [a, b, evil] = [[identities[0], seal], [identities[1], seal], [identities[2], insider ? seal : other]].map(([who, with_]) => new Tab(who, with_));
      const open = new Tab(identities[2], keyless);
      evil.publicKey = identities[2].publicKey;
      const bodies = [];
      b.out = (_to, body) => bodies.push(body);
      b.link.joined([await a.peer()]);
      evil.link.joined([await b.peer(), await a.peer()]);
      await until(() => b.link.pairOf(a.pid) !== null, "b knows a");
      for (let count = 0; count < 4; count += 1) b.link.send(a.pid, offer(b.fingerprint));
      await until(() => bodies.length >= 4, "bodies");
      const began = performance.now();
      const name = names[run % names.length];
      await ATTACKS[name]({ a, b, evil, open, bodies });
      // Its own offer, sealed with the keys that it has, under every name.
      const forged = [];
      for (const tab of [evil, open]) {
        tab.out = (_to, body) => forged.push(body);
        tab.link.joined([await a.peer()]);
        tab.link.send(a.pid, offer(evil.fingerprint));
      }
      for (const body of [offer(evil.fingerprint), ...forged]) for (const pid of [b.pid, evil.pid]) a.link.receive(pid, body);
      await until(() => a.reports.length > 0, `${name}: something is said`, 5000).catch(() => {});
      if (a.reports.length === 0) outcome.silent += 1;
      else outcome.slowest = Math.max(outcome.slowest, a.reports[0].at - began);
      if (takes(a, evil.fingerprint)) outcome.connected += 1;
      outcome.reported[name] = [...new Set([...(outcome.reported[name] ?? []), ...a.reports.map(({ what, reason }) => `${what} ${reason}`)])];
      outcome.runs += 1;
      for (const tab of [a, b, evil, open]) tab.close();
    });
    return outcome;
  },

  /** In a room without a key and with an honest relay, which may lose messages: how many codes agree. */
  async honest(runs) {
    const seal = await makeRoomSeal(ROOM, 0, null);
    const outcome = { runs: 0, agree: 0, different: new Set() };
    await many(runs, async (run) => {
      const [a, b] = (await Promise.all([bareIdentity(), bareIdentity()])).map((who) => new Tab(who, seal));
      let lost = run % 10 === 0 ? 1 : 0;
      const hand = (from, to) => (_to, body) => {
        if (lost > 0) lost -= 1;
        else to.link.receive(from.pid, body);
      };
      a.out = hand(a, b);
      b.out = hand(b, a);
      b.link.joined([]);
      b.link.addPeer(await a.peer());
      a.link.joined([await b.peer()]);
      await until(() => a.codeWith(b.pid) && b.codeWith(a.pid), "codes");
      if (words(a.codeWith(b.pid)) === words(b.codeWith(a.pid))) outcome.agree += 1;
      outcome.different.add(words(a.codeWith(b.pid)));
      outcome.runs += 1;
      a.close();
      b.close();
    });
    return { ...outcome, different: outcome.different.size };
  },

  /** In a room without a key: a relay in the middle that keeps to the handshake with both. How many codes agree. */
  async middle(runs) {
    const seal = await makeRoomSeal(ROOM, 0, null);
    const outcome = { runs: 0, agree: 0, differ: 0 };
    await many(runs, async () => {
      const [a, b, toA, toB] = (await Promise.all([bareIdentity(), bareIdentity(), bareIdentity(), bareIdentity()])).map((who) => new Tab(who, seal));
      for (const [one, other] of [[a, toA], [b, toB]]) {
        one.out = (_to, body) => other.link.receive(one.pid, body);
        other.out = (_to, body) => one.link.receive(other.pid, body);
        one.link.joined([await other.peer()]);
        other.link.joined([await one.peer()]);
      }
      await until(() => a.codeWith(toA.pid) && b.codeWith(toB.pid), "codes");
      const same = words(a.codeWith(toA.pid)) === words(b.codeWith(toB.pid)) || String(a.codeWith(toA.pid).numbers) === String(b.codeWith(toB.pid).numbers);
      outcome[same ? "agree" : "differ"] += 1;
      outcome.runs += 1;
      for (const tab of [a, b, toA, toB]) tab.close();
    });
    return outcome;
  },

  /**
   * In a room without a key: a relay in the middle that cheats in the handshake. It passes on the other side's messages, or changes its
   * commitment or its nonce once it has seen the victim's. How many victims have a code all the same, and how many were notified.
   */
  async cheating(runs) {
    const seal = await makeRoomSeal(ROOM, 0, null);
    const outcome = { runs: 0, code: 0, stopped: 0, equal: 0 };
    await many(runs, async (run) => {
      let [mine, theirs] = await Promise.all([bareIdentity(), bareIdentity()]);
      // Only who begins has a commitment to break: the relay takes a key whose pid sorts first.
      while (theirs.pid > mine.pid) theirs = await bareIdentity();
      const [a, evil] = [new Tab(mine, seal), new Tab(theirs, seal)];
      // Its own handshake is not used: it says what it likes.
      evil.safety.close();
      evil.link = new SealedLink({ identity: theirs, seal, send: (_to, body) => a.link.receive(evil.pid, body) });
      evil.seen = [];
      evil.link.on("message", ({ body }) => isSasText(body) && evil.seen.push(readSasText(body)));
      a.out = (_to, body) => evil.link.receive(a.pid, body);
      evil.link.joined([await a.peer()]);
      a.link.joined([await evil.peer()]);
      await until(() => evil.link.pairOf(a.pid) && a.link.pairOf(evil.pid), "known");
      const say = (step, value) => evil.link.send(a.pid, writeSasText({ step, value }));
      const pair = evil.link.pairOf(a.pid);
      const commitments = [];
      const own = new SasHandshake({ pair, pid: evil.pid, send: (step, value) => commitments.push(value), settled: () => {} });
      own.sendStep();
      await until(() => commitments.length > 0, "a commitment");
      say("commit", commitments[0]);
      await until(() => evil.seen.some(({ step }) => step === "answer"), "the victim's nonce");
      // Now that it knows the victim's nonce, it would like another one of its own.
      if (run % 3 === 0) say("commit", random(32));
      if (run % 3 === 1) say("commit", await sha256(random(32)));
      say("reveal", random(32));
      await until(() => a.reports.length > 0 || a.codeWith(evil.pid), "an end");
      outcome.code += a.codeWith(evil.pid) ? 1 : 0;
      outcome.stopped += a.reports.some(({ what, reason }) => what === "stopped" && reason === "code") ? 1 : 0;
      outcome.equal += new Set(evil.seen.filter(({ step }) => step === "answer").map(({ value }) => String(value))).size === 1 ? 1 : 0;
      outcome.runs += 1;
      for (const tab of [a, evil]) tab.close();
    });
    return outcome;
  },

  /** The same with real connections. `kind`: honest, middle, or one of the attacks. */
  async real(kind, runs) {
    const outcome = { runs: 0, connected: 0, agree: 0, silent: 0, slowest: 0 };
    for (let run = 0; run < runs; run += 1) await (kind === "honest" || kind === "middle" ? meetReally(kind, outcome) : attackReally(kind, outcome));
    return outcome;
  },
};

const connected = (one, other) => one.mesh.peers.get(other.pid)?.state === "connected";

async function introduce(one, other) {
  one.out = (_to, body) => other.link.receive(one.pid, body);
  other.out = (_to, body) => one.link.receive(other.pid, body);
  one.link.joined([]);
  one.link.addPeer(await other.peer());
  other.link.joined([await one.peer()]);
}

async function meetReally(kind, outcome) {
  const seal = await makeRoomSeal(ROOM, 0, null);
  const [a, b, toA, toB] = await Promise.all([realTab(seal), realTab(seal), realTab(seal), realTab(seal)]);
  const pairs = kind === "honest" ? [[a, b], [b, a]] : [[a, toA], [b, toB]];
  await Promise.all((kind === "honest" ? pairs.slice(0, 1) : pairs).map(([one, other]) => introduce(one, other)));
  await until(() => pairs.every(([one, other]) => connected(one, other) && one.codeWith(other.pid)), `${kind}: connections and codes`);
  const [first, second] = pairs.map(([one, other]) => words(one.codeWith(other.pid)));
  outcome.agree += first === second ? 1 : 0;
  outcome.connected += 1;
  outcome.runs += 1;
  for (const tab of [a, b, toA, toB]) tab.close();
}

async function attackReally(kind, outcome) {
  const [seal, other, keyless] = await Promise.all([makeRoomSeal(ROOM, EPOCH, makeRoomKey()), makeRoomSeal(ROOM, EPOCH, makeRoomKey()), makeRoomSeal(ROOM, 0, null)]);
  const [a, b, evil, open] = await Promise.all([realTab(seal), realTab(seal), realTab(other), realTab(keyless)]);
  const bodies = [];
  b.out = (_to, body) => bodies.push(body);
  evil.out = (_to, body) => a.link.receive(evil.pid, body);
  open.out = (_to, body) => a.link.receive(open.pid, body);
  a.out = (to, body) => (to === open.pid ? open : evil).link.receive(a.pid, body);
  b.link.joined([await a.peer()]);
  evil.link.joined([await a.peer()]);
  open.link.joined([await a.peer()]);
  await until(() => bodies.length > 1, "b's offer");
  const began = performance.now();
  if (kind === "drop") a.link.joined([await b.peer()]);
  else await ATTACKS[kind]({ a, b, evil, open, bodies });
  await until(() => a.reports.length > 0, `${kind}: something is said`, 5000).catch(() => {});
  if (a.reports.length === 0) outcome.silent += 1;
  else outcome.slowest = Math.max(outcome.slowest, a.reports[0].at - began);
  outcome.connected += [a, evil, open].some(({ states }) => states.includes("connected")) ? 1 : 0;
  outcome.runs += 1;
  for (const tab of [a, b, evil, open]) tab.close();
}

globalThis.hostile = hostile;
