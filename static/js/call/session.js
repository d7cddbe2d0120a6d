/** A stay in a room: ties socket, sealed link and mesh together and keeps the list of people. */

import { CODE } from "../signaling/close-codes.js";
import { SealedLink } from "../keys/sealed-link.js";
import { Emitter } from "../lib/emitter.js";
import { RecentMap } from "../lib/recent-map.js";
import { Kicks } from "./kick.js";
import { Mesh } from "../peer/mesh.js";
import { NetworkWatch } from "../peer/ice/network-watch.js";
import { isCurrent, readHello, writeHello } from "../peer/hello.js";
import { hasRelay } from "../peer/ice/ice-policy.js";
import { whyThisPath } from "../peer/ice/ice-path.js";
import { PeerRelay } from "../peer/peer-relay.js";
import { IceRefresh } from "../signaling/ice-refresh.js";
import { SignalingSocket } from "../signaling/socket.js";
import { SignalRouter } from "../signaling/signal-router.js";
import { createSafety } from "./safety.js";
import { ConnectionTimeout } from "./connection-timeout.js";
import { Entrance } from "./entrance.js";
import { PathStats } from "./path-stats.js";
import { RouteMonitor } from "./route-monitor.js";

/** @import { Identity } from "../keys/identity.js" */
/** @import { RoomSeal } from "../keys/room-seal.js" */
/** @import { KnownPeer } from "../keys/sealed-link.js" */
/** @import { Route } from "../peer/ice/ice-path.js" */
/** @import { Tracks } from "../peer/transceiver-pair.js" */
/** @import { StateDetail } from "../signaling/socket.js" */
/** @import { Joined, Peer, Room } from "../signaling/wire.js" */
/** @import { Person, Presence } from "./person.js" */

const MUTE_REQUESTS_PER_MINUTE = 30;
/** After this long, a server that announced a restart counts as unreachable. */
const RESTART_TIMEOUT_MS = 30_000;
/** @type {readonly string[]} states of a lost connection */
const LOST = ["interrupted", "failed"];

/**
 * @typedef {object} CallSessionEvents `people` is up to date when they fire
 * @property {{room: Room, again: boolean, listed: string[]}} entered admitted, or back in after a reconnect; listed: pids of the others
 * @property {{draining: boolean, entered: boolean, code?: number}} away the server cannot be reached, or closed with a code that
 *   means reconnect; peer connections continue
 * @property {{code: number | "no-relay"}} stopped refused or removed, for good; `no-relay`: addresses must be hidden, and there
 *   is no relay server
 * @property {{room: Room}} room name or key epoch changed
 * @property {{code: string}} refused the server did not act on a message
 * @property {{person: Person, news: boolean}} person-added news: false for people who were in the call before
 * @property {{person: Person}} person-changed `self` too
 * @property {{person: Person, before: string}} person-renamed `self` too; before: the name until now
 * @property {{person: Person}} person-removed
 * @property {{reason: string, name: string}} warned a person was refused (`mode`, `epoch`, `key`, `pid`, `malformed`,
 *   `certificate`, `version`; `differ`, `differ-there`, `code`: the safety code), or messages under their name were `tampered`
 *   with (once for each person)
 * @property {{pid: string, stream: MediaStream}} stream what this person sends; the same stream for the whole session
 */

/** @extends {Emitter<CallSessionEvents>} */
export class CallSession extends Emitter {
  /** @type {Map<string, Person>} the others, by pid */
  people = new Map();
  /** @type {Person} */
  self;
  seal;
  socket;
  link;
  mesh;
  kicks;
  /** A host asks a person to mute; the topic carries `true`. */
  muteRequests;
  safety;
  #entrance;
  #hasKey;
  #timeouts;
  #routeMonitor;
  #pathStats;
  #peerRelay;
  #iceRefresh = new IceRefresh(() => this.socket.requestIceServers());
  /** People whose tampered messages were reported. @type {RecentMap<true>} */
  #tampered = new RecentMap(256);
  #profiles = 0;
  #hideAddress;
  #relayed = false;
  /** @type {RTCIceServer[]} */
  #ice = [];
  #life = new AbortController();
  #entering = false;
  #entered = false;
  #drainedAt = -Infinity;

  /**
   * @param {{identity: Identity, seal: RoomSeal, socketPath: string, role: string, presence: Presence, tracks: Tracks,
   *   hideAddress: boolean, nameless: string}} options hideAddress: use the relay only; nameless: what to call a person without a name
   */
  constructor({ identity, seal, socketPath, role, presence, tracks, hideAddress, nameless }) {
    super();
    this.seal = seal;
    this.#hideAddress = hideAddress;
    this.nameless = nameless;
    const { pid, certificate } = identity;
    this.self = { pid, member: "", role, ...presence, self: true, state: "self" };
    this.socket = new SignalingSocket({ url: socketPath, pid, hello: "" });
    const { signal } = this.#life;
    this.link = new SealedLink({ identity, seal, readsCompressed: isCurrent, send: (to, body) => ways.send(to, body) });
    this.mesh = new Mesh({ pid, certificate, send: (to, body) => this.link.send(to, body) });
    this.#entrance = new Entrance({ socket: this.socket, link: this.link, gate: this.mesh.gate }, signal);
    this.muteRequests = this.mesh.topic("ask-mute", { read: (payload) => payload === true || null, perMinute: MUTE_REQUESTS_PER_MINUTE, creates: { dialogs: 1 } });
    this.kicks = new Kicks(this.mesh, { pid, roleOf: (of) => this.#roleOf(of), signal });
    this.#peerRelay = new PeerRelay(this.mesh, signal);
    this.safety = createSafety({ pid, link: this.link, mesh: this.mesh, signal });
    this.#hasKey = seal.secrets !== null;
    this.#pathStats = new PathStats(pid);
    const relayAway = (/** @type {string} */ of) => this.#relayed && this.mesh.peers.get(of)?.hasLocalCandidate === false;
    this.#timeouts = new ConnectionTimeout((of, late) => this.updatePerson(of, { late }), relayAway, signal);
    this.#routeMonitor = new RouteMonitor(this.mesh, (of, route) => this.#onRoute(of, route), signal);
    const isLost = (/** @type {string} */ of) => LOST.includes(this.mesh.peers.get(of)?.state ?? "");
    const ways = new SignalRouter({ socket: this.socket, peerRelay: this.#peerRelay, isLost });
    this.mesh.setTracks(tracks);
    this.#listen();
  }

  async start() {
    await this.#updateHello();
    if (!this.#life.signal.aborted) this.socket.start();
  }

  leave() {
    this.#life.abort();
    this.#iceRefresh.stop();
    this.mesh.close();
    this.link.close();
    this.socket.leave(this.#pathStats.counts);
  }

  /** For this page and for the hello to new peers. @param {Partial<Presence>} change the name is cleaned */
  setPresence(change) {
    this.updatePerson(this.self.pid, change);
    return this.#updateHello();
  }

  /** Continues under the next room key: new peers have to prove it, the others see a rejoin. @param {RoomSeal} seal */
  async rekey(seal) {
    this.seal = seal;
    await this.link.rekey(seal, this.mesh.peers.keys());
    await this.#updateHello();
    this.socket.rejoin();
  }

  /** @returns {Person[]} `self` first */
  get everyone() {
    return [this.self, ...this.people.values()];
  }

  #listen() {
    const { signal } = this.#life;
    this.socket.on("state", (detail) => this.#onSocketState(detail), { signal });
    this.socket.on("joined", (message) => this.#onJoined(message), { signal });
    this.socket.on("ice", (message) => this.#useIce(message), { signal });
    this.#peerRelay.on("relay", ({ from, body }) => this.link.receive(from, body, { again: true }), { signal });
    new NetworkWatch(signal).on("changed", () => this.#checkConnections(), { signal });
    this.mesh.on("peer-unresponsive", () => this.socket.checkConnection(), { signal });
    this.kicks.on("kicked", () => this.emit("stopped", { code: CODE.removed }), { signal });
    this.link.on("joined", ({ peers }) => this.#onPeersVerified(peers), { signal });
    this.link.on("roster", ({ peers }) => this.mesh.syncPeers(peers), { signal });
    this.link.on("peer-joined", ({ peer }) => this.mesh.addPeer(peer), { signal });
    this.link.on("peer-left", ({ pid, final }) => this.#onPeerLeft(pid, final), { signal });
    this.link.on("message", ({ from, body }) => this.safety.receiveText(from, body) || this.mesh.receiveBody(from, body), { signal });
    this.link.on("refused", ({ peer, reason }) => this.#onRefused(peer, reason), { signal });
    this.link.on("tampered", ({ pid }) => this.#warnOfTampering(pid), { signal });
    this.safety.on("changed", ({ pid, safety }) => this.updatePerson(pid, { safety }), { signal });
    this.socket.on("room", ({ room }) => this.#applyRelayPolicy(room) && this.emit("room", { room }), { signal });
    this.socket.on("error", ({ code }) => this.emit("refused", { code }), { signal });
    this.mesh.on("peer-added", (peer) => this.#onPeerAdded(peer), { signal });
    this.mesh.on("peer-updated", ({ pid, role, hello }) => this.updatePerson(pid, { role, ...this.#profileOf(hello), ...this.people.get(pid)?.said }), { signal });
    this.mesh.on("peer-banned", ({ pid }) => this.link.shun(pid), { signal });
    this.mesh.on("peer-removed", ({ pid }) => this.#onPeerRemoved(pid), { signal });
    this.mesh.on("peer-state", ({ pid, state, reason }) => this.#onPeerState(pid, state, reason), { signal });
    this.mesh.on("peer-media", ({ pid, audio, video }) => this.updatePerson(pid, { muted: !audio, camera: video, said: { muted: !audio, camera: video } }), { signal });
    this.mesh.on("peer-track", ({ pid, stream }) => this.emit("stream", { pid, stream }), { signal });
  }

  /** @param {StateDetail} detail */
  #onSocketState({ state, code }) {
    if (code === CODE.draining) this.#drainedAt = Date.now();
    const draining = Date.now() - this.#drainedAt < RESTART_TIMEOUT_MS;
    if (state === "open" || state === "waiting") this.mesh.setServerReachable(state === "open");
    if (state === "waiting") this.emit("away", { draining, entered: this.#entered, code });
    if (state === "stopped" && code !== undefined) this.emit("stopped", { code });
  }

  /** @param {Joined} message */
  #onJoined({ member, role, room, peers, ice, ice_ttl }) {
    Object.assign(this.self, { member, role });
    this.#ice = ice;
    if (!this.#applyRelayPolicy(room)) return;
    this.#useIce({ ice, ice_ttl });
    this.emit("entered", { room, again: this.#entered, listed: peers.map(({ pid }) => pid) });
    this.#entering = !this.#entered;
    this.#entered = true;
    this.#entrance.enter(peers);
  }

  /** @param {{ice: RTCIceServer[], ice_ttl: number}} servers ice_ttl: seconds */
  #useIce({ ice, ice_ttl }) {
    this.mesh.setIceServers(ice);
    this.#iceRefresh.schedule(ice_ttl);
  }

  /** The network may have changed. */
  #checkConnections() {
    this.mesh.probeNow();
    this.socket.checkConnection();
  }

  /** @param {string} pid */
  #roleOf(pid) {
    return pid === this.self.pid ? this.self.role : this.people.get(pid)?.role;
  }

  /** Without a relay, addresses cannot be hidden and there is no call. @param {Room} room @returns {boolean} */
  #applyRelayPolicy({ relay_only: relayOnly }) {
    this.#relayed ||= relayOnly || this.#hideAddress;
    if (this.#relayed && !hasRelay(this.#ice)) {
      this.emit("stopped", { code: "no-relay" });
      return false;
    }
    this.mesh.setIceTransportPolicy(this.#relayed ? "relay" : "all");
    return true;
  }

  /** @param {string} pid @param {Route} route */
  #onRoute(pid, route) {
    this.#pathStats.record(pid, route);
    const path = whyThisPath(route, { relayed: this.#relayed, servers: this.#ice });
    this.updatePerson(pid, { route: route.kind, protocol: route.protocol, path });
  }

  /** @param {KnownPeer[]} peers */
  #onPeersVerified(peers) {
    this.mesh.onJoined(peers);
    this.#entering = false;
  }

  /** Prepares the hello of the next join. Sealing takes time; the latest state wins. */
  async #updateHello() {
    this.#profiles += 1;
    const turn = this.#profiles;
    const hello = await this.link.writeHello(writeHello(this.self));
    if (turn === this.#profiles) this.socket.setHello(hello);
  }

  /** Adds a person who could not prove who they are, without connecting to them. @param {Peer} peer @param {string} reason */
  #onRefused({ pid, member, role }, reason) {
    if (this.people.has(pid)) return;
    this.mesh.gate.introduce(pid, member);
    const person = { pid, member, role, name: this.nameless, muted: true, camera: false, self: false, state: "refused", reason };
    this.people.set(pid, person);
    this.emit("person-added", { person, news: false });
    if (this.mesh.gate.spend(pid, { alerts: 1 })) this.emit("warned", { reason, name: person.name });
  }

  /** @param {string} pid @param {boolean} final */
  #onPeerLeft(pid, final) {
    const connected = this.mesh.peers.has(pid);
    if (connected || final) this.mesh.removePeer(pid, final);
    if (!connected) this.#onPeerRemoved(pid);
  }

  /** @param {string} pid */
  #warnOfTampering(pid) {
    const person = this.people.get(pid)?.member || pid;
    if (this.#tampered.has(person)) return;
    this.#tampered.set(person, true);
    this.emit("warned", { reason: "tampered", name: this.people.get(pid)?.name ?? this.nameless });
  }

  /** @param {Peer} peer */
  #onPeerAdded({ pid, member, role, hello }) {
    const safety = this.safety.safetyOf(pid);
    const person = { pid, member, role, ...this.#profileOf(hello), self: false, state: "connecting", locked: this.#hasKey, safety };
    this.#timeouts.observeState(pid, "connecting");
    // A peer who was refused before (the hello came late or damaged) has proved itself now.
    if (this.people.has(pid)) return this.updatePerson(pid, { ...person, reason: undefined });
    this.people.set(pid, person);
    this.emit("person-added", { person, news: !this.#entering && this.mesh.gate.spend(pid, { alerts: 1 }) });
  }

  /** @param {string} hello */
  #profileOf(hello) {
    const profile = readHello(hello);
    return { ...profile, name: profile.name || this.nameless };
  }

  /** @param {string} pid */
  #onPeerRemoved(pid) {
    const person = this.people.get(pid);
    this.#timeouts.observeState(pid, "closed");
    this.people.delete(pid);
    if (person) this.emit("person-removed", { person });
  }

  /** @param {string} pid @param {string} state @param {string} [reason] */
  #onPeerState(pid, state, reason) {
    this.updatePerson(pid, reason ? { state, reason } : { state });
    if (reason) this.emit("warned", { reason, name: this.people.get(pid)?.name ?? this.nameless });
    if (state === "connected") void this.#routeMonitor.checkRoute(pid);
    if (state === "failed") this.#pathStats.recordFailure(pid);
    this.#timeouts.observeState(pid, state);
    this.socket.urgent = [...this.mesh.peers.values()].some((peer) => LOST.includes(peer.state));
  }

  /** Emits `person-changed` if the change is news; `self` too. @param {string} pid @param {Partial<Person>} change */
  updatePerson(pid, change) {
    const person = pid === this.self.pid ? this.self : this.people.get(pid);
    if (!person) return;
    const [before, name] = [JSON.stringify(person), person.name];
    Object.assign(person, change);
    if (JSON.stringify(person) !== before) this.emit("person-changed", { person });
    if (person.name !== name) this.emit("person-renamed", { person, before: name });
  }
}
