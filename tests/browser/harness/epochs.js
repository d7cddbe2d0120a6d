/** A tab in a call whose key changes, with a real store and real seals. Its peers and the server say what the test lets them say. For tests only. */

import { Invitation } from "/static/js/call/invitation.js";
import { KeyRotation } from "/static/js/call/key-rotation.js";
import { Knocking } from "/static/js/call/knocking.js";
import { readSealedHello } from "/static/js/keys/hello.js";
import { makeIdentity } from "/static/js/keys/identity.js";
import { lobbyKey, sealAdmission } from "/static/js/keys/lobby.js";
import { forgetRoomKey, loadPendingKey, loadRoomKey, saveRoomKey } from "/static/js/keys/key-store.js";
import { findRoomKey } from "/static/js/keys/held-room-key.js";
import { makeInviteSecret, wrapRoomKey } from "/static/js/keys/invite.js";
import { makeRoomKey, roomKeyCheck } from "/static/js/keys/room-key.js";
import { inRecords } from "/static/js/lib/records.js";
import { makeLobbySeal, makeRoomSeal } from "/static/js/keys/room-seal.js";
import { setRoomKey } from "/static/js/keys/set-room-key.js";
import { Emitter } from "/static/js/lib/emitter.js";
import { toBase64Url } from "/static/js/lib/encoding.js";
import { FakeMesh } from "/tests/js/peer-world.js";

const ROOM = "tea";
const [HOST, GUEST, LATE] = ["h", "g", "l"].map((letter) => letter.repeat(22));
const really = globalThis.setTimeout;
// Seconds pass as milliseconds.
const hurried = (act, ms, ...more) => really(act, ms >= 1000 ? ms / 1000 : ms, ...more);
globalThis.setTimeout = hurried;

const checkOf = async (key, epoch) => toBase64Url(await roomKeyCheck(key, ROOM, epoch));
const roomOf = async (epoch, key, more = {}) => ({ epoch, key_check: await checkOf(key, epoch), join_rule: "open", rekey_required: false, ...more });

/** One tab in the call. `listed`: whom the server lists. */
class Tab extends Emitter {
  people = new Map([[HOST, { role: "moderator" }], [GUEST, { role: "guest" }]]);
  mesh = new FakeMesh(HOST, GUEST);
  listed = new Set([HOST, GUEST]);
  /** It joins again with the next key, and is without a list meanwhile. */
  joined = true;
  disconnected = [];
  unproved = [];
  renewed = 0;
  missing = 0;

  constructor(seal, role, setKeyUrl = null) {
    super();
    Object.assign(this, { seal, self: { role } });
    this.mesh.disconnect = (pid) => this.disconnected.push(pid);
    this.socket = { state: "open", hasPeer: (pid) => this.joined && this.listed.has(pid) };
    this.link = { endTransition: async () => this.unproved };
    this.keys = new KeyRotation(this, { slug: ROOM, setKeyUrl });
    this.keys.on("renewed", () => (this.renewed += 1));
    this.keys.on("missing", () => (this.missing += 1));
  }

  async rekey(seal) {
    this.seal = seal;
    this.joined = false;
  }

  /** Who was sent a key. */
  get given() {
    return this.mesh.sent.filter(([, topic]) => topic === "rekey").map(([pid]) => pid);
  }
}

async function until(condition, what) {
  const end = performance.now() + 5000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => really(resolve, 2));
  }
}

/** Until everything that was begun has come to its end: the store was read and written, and every timer has passed. */
const settled = () => new Promise((resolve) => really(resolve, 60));

/** A tab that holds the key of epoch 1. @param {string} role */
async function begin(role, { byHosts = false, setKeyUrl = null } = {}) {
  for (const name of [ROOM, `${ROOM} offered`, `${ROOM} lobby`]) await forgetRoomKey(name);
  const key = makeRoomKey();
  await saveRoomKey(ROOM, 1, key, { extractable: role !== "guest", byHosts });
  const tab = new Tab(await makeRoomSeal(ROOM, 1, key), role, setKeyUrl);
  tab.emit("entered", { room: await roomOf(1, key, { join_rule: byHosts ? "knock" : "open" }), again: false, listed: [HOST, GUEST] });
  return { tab, key };
}

const send = (tab, epoch, key, by = HOST, byHosts = false) => tab.mesh.receive(by, "rekey", { epoch, key: toBase64Url(key), by_hosts: byHosts });
const held = async () => {
  const record = await loadRoomKey(ROOM);
  return record && [record.epoch, await checkOf(record.key, record.epoch), record.byHosts];
};
const same = async (key, epoch, byHosts = false) => [epoch, await checkOf(key, epoch), byHosts];
const equal = (one, other) => JSON.stringify(one) === JSON.stringify(other);

globalThis.epochs = {
  /** What a moderator alone can make a browser store, and whether the true key still opens the room. @returns {Promise<object>} by what was sent */
  async poison() {
    const outcome = {};
    for (const role of ["owner", "guest"]) {
      for (const epoch of [2, 3, 9, 2 ** 31, 2 ** 53 - 1]) {
        const { tab, key } = await begin(role);
        send(tab, epoch, makeRoomKey());
        await settled();
        // The server repeats what it has said.
        tab.emit("room", { room: await roomOf(1, key) });
        // And the server alone says that there is another, which no one sends.
        tab.emit("room", { room: await roomOf(epoch === 2 ? 3 : 2, makeRoomKey()) });
        await settled();
        const { state } = await findRoomKey(ROOM, 1, await checkOf(key, 1));
        outcome[`${role} ${epoch}`] = [equal(await held(), await same(key, 1)), state, tab.seal.epoch, tab.given.length];
        tab.keys.close();
      }
    }
    return outcome;
  },

  /** A false key before, between and after what both witnesses say: which one is stored. */
  async witnesses() {
    const outcome = {};
    const orders = { "key first": "kfs", "server first": "skf", "false key first": "fks", "false key by the same host": "Fks", "key lost": "fs" };
    for (const [name, order] of Object.entries(orders)) {
      const { tab, key } = await begin("guest");
      const [next, wrong] = [makeRoomKey(), makeRoomKey()];
      tab.people.set(LATE, { role: "moderator" });
      for (const step of order) {
        if (step === "k") send(tab, 2, next);
        if (step === "f") send(tab, 2, wrong, LATE);
        if (step === "F") send(tab, 2, wrong);
        if (step === "s") tab.emit("room", { room: await roomOf(2, next) });
        if (step !== order.at(-1)) await settled();
      }
      const came = order.includes("k");
      await until(() => tab.renewed + tab.missing > 0, name);
      outcome[name] = equal(await held(), came ? await same(next, 2) : await same(key, 1));
      tab.keys.close();
    }
    return outcome;
  },

  /** Who gets the new key from a host's tab: those who were connected when it became due and are listed still. */
  async recipients() {
    const { tab, key } = await begin("owner");
    tab.mesh.peers.set("m".repeat(22), { state: "connected" });
    tab.emit("room", { room: await roomOf(1, key, { rekey_required: true }) });
    // After the removal: a newcomer with the former key, and one whom the server does not list any more but who stayed connected.
    tab.mesh.peers.set(LATE, { state: "connected" });
    tab.listed.add(LATE);
    const next = makeRoomKey();
    send(tab, 2, next);
    tab.emit("room", { room: await roomOf(2, next) });
    await until(() => tab.renewed === 1, "renewed");
    const given = [...tab.given];
    // Those who have not proved it when time is up are cut off.
    tab.unproved = [LATE, "m".repeat(22)];
    await until(() => tab.disconnected.length === 2, "cut off");
    tab.joined = true;
    tab.listed.add("m".repeat(22));
    tab.mesh.emit("peer-updated", { pid: "m".repeat(22) });
    await settled();
    tab.keys.close();
    return { given, disconnected: tab.disconnected, later: tab.given.length };
  },

  /** A key that comes by a host and the server, with each thing that both can say of guests: whether it is taken. */
  async joinRules() {
    const outcome = {};
    for (const before of [false, true]) {
      for (const rule of ["open", "knock", "locked"]) {
        for (const byHosts of [false, true]) {
          const { tab } = await begin("owner", { byHosts: before });
          const next = makeRoomKey();
          send(tab, 2, next, HOST, byHosts);
          tab.emit("room", { room: await roomOf(2, next, { join_rule: rule }) });
          await until(() => tab.renewed + tab.missing > 0, rule);
          outcome[`${before} ${rule} ${byHosts}`] = tab.renewed === 1;
          tab.keys.close();
        }
      }
    }
    return outcome;
  },

  /** What becomes of a link, by what this browser holds before, what the link says and what the server answers. */
  async links() {
    const [key, other] = [makeRoomKey(), makeRoomKey()];
    const secret = makeInviteSecret();
    const answer = async (epoch, inside) => ({
      slug: ROOM, epoch, role: "guest", key_kind: "room", wrapped: epoch === 0 ? null : toBase64Url(await wrapRoomKey(secret, inside, ROOM, epoch)),
      key_check: epoch === 0 ? null : await checkOf(inside, epoch),
    });
    /** Before: the epoch of `key` in this browser. */
    const table = {
      "a link with a key, a room without": { keyed: true, says: await answer(0) },
      "a link that does not say, a room without": { keyed: false, says: await answer(0) },
      "a link with a key": { keyed: true, says: await answer(2, key) },
      "a link from before with a key": { keyed: false, says: await answer(2, key) },
      "a link with the next key": { before: 1, keyed: true, says: await answer(2, other) },
      "a link with a former key": { before: 3, keyed: true, says: await answer(2, other) },
      "a link with another key of this epoch": { before: 2, keyed: true, says: await answer(2, other) },
      "a link with this key": { before: 2, keyed: true, says: await answer(2, key) },
      "a link that does not say, where there was a key": { before: 1, keyed: false, says: await answer(0) },
    };
    const outcome = {};
    for (const [name, { before = 0, keyed, says }] of Object.entries(table)) {
      await forgetRoomKey(ROOM);
      if (before > 0) await saveRoomKey(ROOM, before, key);
      globalThis.fetch = async () => new Response(JSON.stringify(says), { status: 200 });
      const invitation = new Invitation({ look: "/look", redeem: "/redeem", call: "/r/SLUG" });
      let stopped = null;
      invitation.on("stopped", ({ reason }) => (stopped = reason));
      invitation.link = { secret, keyed, room: "", by: "" };
      const joined = (await invitation.redeem()) !== null;
      outcome[name] = [joined ? "joined" : stopped, (await loadRoomKey(ROOM))?.epoch ?? 0];
    }
    return outcome;
  },

  /** A guest knocks with the lobby key of `link`; a host answers with the room key `given`; the server names that of `named`. */
  async admission() {
    const [right, wrong] = [makeRoomKey(), makeRoomKey()];
    const host = await makeIdentity();
    const outcome = {};
    globalThis.setTimeout = really;
    for (const [name, link, given, named] of [["all agree", right, right, right], ["the host sends another", right, wrong, right],
      ["link and host are false", wrong, wrong, right], ["the server names another", right, right, wrong]]) {
      await forgetRoomKey(ROOM);
      const key = await lobbyKey(link, ROOM, 2);
      const seal = await makeLobbySeal(ROOM, 2, key);
      globalThis.WebSocket = class {
        static OPEN = 1;
        static CONNECTING = 0;
        readyState = 0;

        constructor() {
          queueMicrotask(() => {
            this.readyState = 1;
            this.onopen();
          });
        }

        async send(text) {
          const { type, pid, hello } = JSON.parse(text);
          if (type !== "knock") return;
          const guest = await readSealedHello(seal, pid, hello);
          const body = await sealAdmission(seal, host, guest, given);
          this.onmessage({ data: JSON.stringify({ type: "admitted", from: host.pid, body }) });
        }

        close() {}
      };
      const knocking = new Knocking({ slug: ROOM, socketPath: "/ws" });
      const end = new Promise((resolve) => {
        knocking.on("admitted", () => resolve("admitted"));
        knocking.on("stopped", ({ why }) => resolve(why));
      });
      const presence = { name: "Guest", muted: true, camera: false };
      await knocking.knock({ epoch: 2, keyCheck: await checkOf(named, 2), key, lobby: true, presence });
      outcome[name] = [await end, (await loadRoomKey(ROOM))?.epoch ?? 0];
    }
    globalThis.setTimeout = hurried;
    return outcome;
  },

  /** The store by itself: what replaces what. */
  async store() {
    await begin("owner");
    const [one, two, three] = [makeRoomKey(), makeRoomKey(), makeRoomKey()];
    await saveRoomKey(ROOM, 5, one, { extractable: true });
    const attempt = (act) => act.then(() => "stored", (error) => error.constructor.name);
    const outcome = {
      "an earlier one": await attempt(saveRoomKey(ROOM, 4, two)),
      "another of this epoch": await attempt(saveRoomKey(ROOM, 5, two)),
      "the same": await attempt(saveRoomKey(ROOM, 5, one, { extractable: true })),
      "both at once": (await Promise.all([saveRoomKey(ROOM, 6, two), saveRoomKey(ROOM, 6, three)].map(attempt))).sort().join(),
    };
    // A later version of the site has stored it.
    const place = { database: "meeting-point", store: "room-keys", keyPath: "room" };
    const record = await inRecords(place, "readonly", (store) => store.get(ROOM));
    await inRecords(place, "readwrite", (store) => store.put({ ...record, suite: 2 }));
    outcome["over one of another suite"] = await attempt(saveRoomKey(ROOM, 7, two));
    outcome["one of another suite"] = (await findRoomKey(ROOM, 6, await checkOf(two, 6))).state;
    return outcome;
  },

  /** The owner's browser holds a key of an epoch that the room never had; the server is at 3. */
  async lostKey() {
    await begin("owner");
    await saveRoomKey(ROOM, 2 ** 53 - 1, makeRoomKey(), { extractable: true });
    const posted = [];
    globalThis.fetch = async (_url, { body }) => {
      posted.push(JSON.parse(body));
      return new Response(JSON.stringify({ epoch: 4 }), { status: 200 });
    };
    const set = (more) => setRoomKey({ slug: ROOM, epoch: 4, url: "/key", byHosts: false, ...more }).catch((error) => error.message);
    const [alone, asked] = [await set({}), await set({ replace: true })];
    const record = await loadRoomKey(ROOM);
    const { state } = await findRoomKey(ROOM, 4, posted[0].key_check);
    return { alone, asked, epoch: record.epoch, state, posted: posted.length, pending: await loadPendingKey(ROOM) };
  },

  /** A server that answers with the check value of a key which this browser made once, and which the room has left behind. */
  async rollBack() {
    const { key } = await begin("owner");
    globalThis.fetch = async () => {
      throw new TypeError("lost");
    };
    await setRoomKey({ slug: ROOM, epoch: 2, url: "/key", byHosts: false }).catch(() => {});
    const pending = await loadPendingKey(ROOM);
    await saveRoomKey(ROOM, 3, key, { extractable: true });
    const { state } = await findRoomKey(ROOM, 2, await checkOf(pending.raw, 2));
    return { state, epoch: (await loadRoomKey(ROOM)).epoch };
  },

  /** The news of the key that is being set reaches the page before the answer to its request does. */
  async earlyNews() {
    await begin("owner");
    await forgetRoomKey(ROOM);
    globalThis.fetch = async (_url, { body }) => {
      const { epoch, key_check: check } = JSON.parse(body);
      await findRoomKey(ROOM, epoch, check);
      return new Response(JSON.stringify({ epoch }), { status: 200 });
    };
    const mine = await setRoomKey({ slug: ROOM, epoch: 1, url: "/key", byHosts: false }).catch((error) => error.message);
    return { mine, epoch: (await loadRoomKey(ROOM))?.epoch, pending: await loadPendingKey(ROOM) };
  },
};
