/** Two people with real file exchanges and real lanes, on connections that a test delays, cuts and restores; time is simulated. */

import { createHash } from "node:crypto";

import { FileExchange } from "../../static/js/files/exchange.js";
import { Emitter } from "../../static/js/lib/emitter.js";
import { Gate } from "../../static/js/gate/gate.js";
import { CatchUp } from "../../static/js/ui/running/catch-up.js";

// Node.js has one, and does not end while it is open: these tabs have no others beside them.
Reflect.deleteProperty(globalThis, "BroadcastChannel");
const FINGERPRINT = Array(32).fill("AB").join(":");
const turn = setImmediate;
/** Modules keep timers across clocks. */
let numbers = 0;

/** Timers that fire only when the world runs, and everything else that would take real time. */
export class Clock {
  now = 0;
  #timers = new Map();
  #reading = 0;

  /** @param {import("node:test").TestContext} context */
  constructor(context) {
    const read = Blob.prototype.arrayBuffer;
    const clock = this;
    const repeat = (act, ms) => this.after(ms ?? 0, () => act(), true);
    const fakes = {
      setTimeout: (act, ms = 0, ...values) => this.after(ms, () => act(...values)),
      setInterval: repeat,
      clearTimeout: (timer) => this.#timers.delete(timer?.number),
      clearInterval: (timer) => this.#timers.delete(timer?.number),
    };
    for (const [name, fake] of Object.entries(fakes)) context.mock.method(globalThis, name, fake);
    context.mock.method(performance, "now", () => this.now);
    context.mock.method(crypto.subtle, "digest", async (_, bytes) => {
      return new Uint8Array(createHash("sha256").update(new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, bytes.byteLength)).digest()).buffer;
    });
    context.mock.method(Blob.prototype, "arrayBuffer", function () {
      clock.#reading += 1;
      return read.call(this).finally(() => (clock.#reading -= 1));
    });
  }

  after(ms, act, again = false) {
    numbers += 1;
    const timer = { number: numbers, at: this.now + Math.max(1, ms), ms: Math.max(1, ms), act, again, unref: () => timer };
    this.#timers.set(timer.number, timer);
    return timer;
  }

  /** Lets promises settle. */
  async settle() {
    do await new Promise((resolve) => turn(resolve)); while (this.#reading > 0);
  }

  async run(ms) {
    const end = this.now + ms;
    await this.settle();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.now = next.at;
      if (next.again) next.at += next.ms;
      else this.#timers.delete(next.number);
      next.act();
      await this.settle();
    }
    this.now = end;
  }

  clear() {
    this.#timers.clear();
  }

  #next(end) {
    let first;
    for (const timer of this.#timers.values()) if (timer.at <= end && (!first || timer.at < first.at)) first = timer;
    return first;
  }
}

/** A file with content that its number determines. */
export class MemoryFile {
  lastModified = 1;

  constructor(name, size, seed = 1) {
    Object.assign(this, { name, size });
    this.bytes = new Uint8Array(size).fill(seed);
    for (let at = 0; at < size; at += 1_000) this.bytes[at] = at / 1_000;
  }

  slice(from, end) {
    const bytes = this.bytes.slice(from, end);
    return { size: bytes.length, stream: () => null.none, arrayBuffer: async () => this.broken ? Promise.reject(new DOMException("gone", "NotReadableError")) : bytes.buffer };
  }

  stream() {
    return this.slice(0, this.size).stream();
  }

  arrayBuffer() {
    return this.slice(0, this.size).arrayBuffer();
  }
}

class Channel extends EventTarget {
  readyState = "connecting";
  bufferedAmount = 0;
  other = null;

  constructor(connection) {
    super();
    this.connection = connection;
  }

  send(data) {
    if (this.readyState !== "open") throw new DOMException("closed", "InvalidStateError");
    const copy = data.slice().buffer;
    const { world, remote, line } = this.connection;
    const ms = line.take(world.clock, copy.byteLength / world.bytesPerMs);
    this.bufferedAmount += copy.byteLength;
    world.clock.after(ms, () => {
      this.bufferedAmount -= copy.byteLength;
      this.dispatchEvent(new Event("bufferedamountlow"));
    });
    line.push(world.clock, ms + world.latency(), () => {
      if (remote.channel.readyState === "open") remote.channel.dispatchEvent(Object.assign(new Event("message"), { data: copy }));
    });
  }
}

/** What is sent one way arrives in order. */
class Line {
  #free = 0;
  #departed = 0;
  #epoch = 0;

  /** Returns when something that takes so long will have left. */
  take(clock, ms) {
    this.#departed = Math.max(this.#departed, clock.now) + ms;
    return this.#departed - clock.now;
  }

  push(clock, ms, act) {
    const epoch = this.#epoch;
    this.#free = Math.max(this.#free, clock.now + ms);
    clock.after(this.#free - clock.now, () => epoch === this.#epoch && act());
  }

  /** Loses what is under way. */
  cut() {
    this.#epoch += 1;
  }
}

/** Gives `RTCPeerConnection` to lanes: connects those whose descriptions name each other. */
function connectionsOf(world) {
  const all = new Map();
  return class extends EventTarget {
    world = world;
    connectionState = "new";
    localDescription = null;
    line = new Line();
    remote = null;
    #number = all.size + 1;

    constructor() {
      super();
      all.set(this.#number, this);
      world.lanes.add(this);
    }

    createDataChannel() {
      return (this.channel = new Channel(this));
    }

    async setLocalDescription() {
      const sdp = `v=0\nm=application 9\na=fingerprint:sha-256 ${FINGERPRINT}\na=number:${this.#number}`;
      this.localDescription = { type: this.remote ? "answer" : "offer", sdp };
    }

    async setRemoteDescription({ type, sdp }) {
      this.remote = all.get(Number(/a=number:(\d+)/.exec(sdp)[1]));
      if (type !== "answer") return;
      world.clock.after(world.latency(), () => {
        if (this.connectionState !== "new" || this.remote.connectionState !== "new") return;
        for (const one of [this, this.remote]) {
          one.connectionState = "connected";
          one.channel.readyState = "open";
        }
        for (const one of [this, this.remote]) one.channel.dispatchEvent(new Event("open"));
      });
    }

    async addIceCandidate() {}

    getSenders() {
      return [];
    }

    async getStats() {
      return new Map();
    }

    /** The path is gone, which both sides notice. */
    fail() {
      for (const one of [this, this.remote]) {
        if (!one || one.connectionState === "closed") continue;
        one.line.cut();
        one.connectionState = "failed";
        one.dispatchEvent(new Event("connectionstatechange"));
      }
    }

    close() {
      this.line.cut();
      this.connectionState = "closed";
      this.channel.readyState = "closed";
      world.lanes.delete(this);
      const { remote } = this;
      if (remote && remote.connectionState !== "closed") world.clock.after(world.latency(), () => {
        remote.channel.readyState = "closed";
        remote.channel.dispatchEvent(new Event("close"));
      });
    }
  };
}

/** A mesh with at most one peer: the other person's tab, as this side sees it. */
class TabMesh extends Emitter {
  peers = new Map();
  gate;

  constructor(tab) {
    super();
    this.gate = new Gate((pid, name, payload) => tab.send(pid, name, payload));
  }

  topic(name, options) {
    return this.gate.open(name, options);
  }

  receive(pid, name, payload) {
    this.gate.receive(pid, name, payload);
  }

  laneConfiguration(pid) {
    return this.peers.has(pid) ? { configuration: {}, expectedFingerprint: FINGERPRINT } : null;
  }

  add(pid) {
    if (!this.peers.has(pid)) this.peers.set(pid, { state: "connected", getStats: async () => new Map() });
  }

  drop(pid) {
    if (!this.peers.delete(pid)) return;
    this.gate.forgetPeer(pid);
    this.emit("peer-removed", { pid });
  }
}

/** A tab of one person. */
export class Tab {
  open = true;
  /** Requests for files that this tab does not have, newest last. */
  wanted = [];

  /** @param {number} [late] milliseconds until the code for files is loaded */
  constructor(world, member, number, late = 0) {
    this.world = world;
    this.member = member;
    this.pid = `${member}${number}`.padEnd(22, "x");
    this.line = new Line();
    this.mesh = new TabMesh(this);
    this.mesh.gate.hold();
    const past = new CatchUp([this.mesh]);
    const load = () => {
      if (!this.open) return;
      past.finish(() => this.#makeExchange());
      this.mesh.gate.release();
    };
    if (late > 0) world.clock.after(late, load);
    else load();
  }

  #makeExchange() {
    this.exchange = new FileExchange({ mesh: this.mesh, room: "room", memberOf: (pid) => (this.mesh.peers.has(pid) ? pid[0] : "") });
    this.exchange.on("wanted", (detail) => this.wanted.push(detail));
  }

  get transfers() {
    return [...(this.exchange?.transfers.values() ?? [])];
  }

  send(pid, name, payload) {
    const { world } = this;
    const other = world.tabs.find((tab) => tab.pid === pid);
    if (!other?.open || !world.up || !this.mesh.peers.has(pid)) return false;
    const text = JSON.stringify(payload);
    world.trace?.(`${this.pid.slice(0, 2)} → ${name} ${text.slice(0, 90)}`);
    const twice = world.repeats() && name !== "file-offer" ? 2 : 1;
    for (let time = 0; time < twice; time += 1) {
      this.line.push(world.clock, world.latency(), () => {
        if (other.open && other.mesh.peers.has(this.pid)) other.mesh.receive(this.pid, name, JSON.parse(text));
      });
    }
    return true;
  }

  close() {
    this.open = false;
    this.line.cut();
    this.exchange?.close();
  }
}

/** Olga (`a`) sends to the guest (`b`). */
export class World {
  up = true;
  /** How fast each lane is. */
  bytesPerMs = Infinity;
  lanes = new Set();
  /** Every tab that there ever was. @type {Tab[]} */
  tabs = [];
  trace = null;
  #numbers = 0;

  /** @param {Clock} clock @param {(below: number) => number} random */
  constructor(clock, random) {
    this.clock = clock;
    this.random = random;
    globalThis.RTCPeerConnection = connectionsOf(this);
    this.olga = this.#makeTab("a");
    this.guest = this.#makeTab("b");
    this.connect();
  }

  latency() {
    return 1 + this.random(40);
  }

  repeats() {
    return this.random(8) === 0;
  }

  /** The channel opens, for the first time or again; each side notices it in its own time. */
  connect() {
    this.up = true;
    const { olga, guest } = this;
    for (const tab of [olga, guest]) tab.line.cut();
    const open = (one, other) => {
      if (!one.open || !other.open || !this.up) return;
      one.mesh.add(other.pid);
      one.mesh.emit("peer-channel-open", { pid: other.pid });
    };
    // Neither side delivers messages of a peer that it has not added yet.
    for (const [one, other] of [[olga, guest], [guest, olga]]) one.mesh.add(other.pid);
    this.clock.after(this.latency(), () => open(olga, guest));
    this.clock.after(this.latency(), () => open(guest, olga));
  }

  /** Control channel and lanes break; nothing that is under way arrives. */
  cut() {
    this.up = false;
    for (const { line } of this.tabs) line.cut();
    for (const lane of [...this.lanes]) lane.fail();
  }

  /** @param {Tab} tab gives up on the other one */
  giveUp(tab) {
    for (const pid of [...tab.mesh.peers.keys()]) tab.mesh.drop(pid);
  }

  /** @param {"olga" | "guest"} who closes the tab and opens another; the other side notices sooner or later @param {number} [late] as of `Tab` */
  reload(who, late) {
    const before = this[who];
    const other = who === "olga" ? this.guest : this.olga;
    before.close();
    for (const lane of [...this.lanes]) lane.fail();
    this[who] = this.#makeTab(before.member, late);
    this.clock.after(1 + this.random(400), () => other.mesh.drop(before.pid));
    this.connect();
  }

  close() {
    for (const tab of this.tabs) if (tab.open) tab.close();
    for (const lane of [...this.lanes]) lane.close();
    this.clock.clear();
  }

  #makeTab(member, late) {
    this.#numbers += 1;
    const tab = new Tab(this, member, this.#numbers, late);
    this.tabs.push(tab);
    return tab;
  }
}

/** @param {number} seed @returns {(below: number) => number} */
export function randomFrom(seed) {
  let state = (seed * 2_654_435_761 + 1) % 2_147_483_647 || 1;
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below;
}
