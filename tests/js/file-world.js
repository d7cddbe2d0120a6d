/** Two people with real file exchanges and real lanes, on connections that a test delays, cuts and restores; time is simulated. */

import { FileExchange } from "../../static/js/files/exchange.js";
import { Emitter } from "../../static/js/lib/emitter.js";
import { Gate } from "../../static/js/gate/gate.js";
import { CatchUp } from "../../static/js/ui/running/catch-up.js";
import { connectionsOf, FINGERPRINT, Line } from "./fake-lanes.js";

export { Clock, randomFrom } from "./simulated-clock.js";

// Node.js has one, and does not end while it is open: these tabs have no others beside them.
Reflect.deleteProperty(globalThis, "BroadcastChannel");

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
