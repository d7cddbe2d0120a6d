/**
 * A connection to the room's transfer room: to the browsers with which something waits, and to no others. It is signaled and
 * sealed as a call, under a name of its own, so that no browser here can be presented as a person in the call.
 */

import { Arrivals } from "../gate/arrivals.js";
import { FileExchange } from "../files/exchange.js";
import { findRoomKey } from "../keys/held-room-key.js";
import { makeIdentity } from "../keys/identity.js";
import { makeRoomSeal } from "../keys/room-seal.js";
import { SealedLink } from "../keys/sealed-link.js";
import { Emitter } from "../lib/emitter.js";
import { RecentMap } from "../lib/recent-map.js";
import { isCurrent, readHello, writeHello } from "../peer/hello.js";
import { hasRelay } from "../peer/ice/ice-policy.js";
import { NetworkWatch } from "../peer/ice/network-watch.js";
import { Mesh } from "../peer/mesh.js";
import { CODE } from "../signaling/close-codes.js";
import { IceRefresh } from "../signaling/ice-refresh.js";
import { SignalingSocket } from "../signaling/socket.js";

/** @import { CallWatch } from "../files/lanes/call-watch.js" */
/** @import { Identity } from "../keys/identity.js" */
/** @import { RoomSeal } from "../keys/room-seal.js" */
/** @import { Joined, Peer, Room } from "../signaling/wire.js" */

/** Tabs whose person is remembered. */
const MAX_TABS = 1_024;

/**
 * @param {{slug: string, roomName: string, epoch: number, keyCheck: string | null, name: string, hideAddress: boolean, callWatch?: CallWatch}}
 *   room as the server names it; name: our own; callWatch: of the call that this page has open
 * @returns {Promise<TransferRoom | null>} null: this browser does not have the room's key
 */
export async function openTransferRoom({ slug, epoch, keyCheck, ...options }) {
  const { state, key } = await findRoomKey(slug, epoch, keyCheck);
  if (state !== "fits") return null;
  // A slug has no slash: nothing that is sealed for a call fits here, or the reverse.
  const [identity, seal] = await Promise.all([makeIdentity(), makeRoomSeal(`${slug}/transfers`, epoch, key)]);
  return new TransferRoom({ slug, seal, identity, ...options });
}

/**
 * @typedef {object} TransferRoomEvents
 * @property {{pid: string, member: string, name: string}} reachable files can be offered to this tab
 * @property {{pid: string}} gone
 * @property {void} stopped refused for now: not allowed, too many, or no relay to hide behind
 */

/** @extends {Emitter<TransferRoomEvents>} */
export class TransferRoom extends Emitter {
  exchange;
  mesh;
  #socket;
  #link;
  #name;
  #hideAddress;
  #relayed = false;
  #iceRefresh = new IceRefresh(() => this.#socket.requestIceServers());
  /** Everyone in the transfer room, by pid. @type {Map<string, Peer>} */
  #peers = new Map();
  /** @type {ReadonlySet<string>} */
  #wanted = new Set();
  /** By pid; kept when their socket is lost. @type {RecentMap<string>} */
  #members = new RecentMap(MAX_TABS);
  /** @type {RTCIceServer[]} */
  #ice = [];
  /** By pid. @type {RecentMap<string>} */
  #names = new RecentMap(MAX_TABS);
  #life = new AbortController();

  /**
   * @param {{slug: string, roomName: string, seal: RoomSeal, identity: Identity, name: string, hideAddress: boolean, callWatch?: CallWatch}}
   *   options seal: of the transfer room; name: our own; callWatch: of the call that this page has open
   */
  constructor({ slug, roomName, seal, identity, name, hideAddress, callWatch }) {
    super();
    const { pid, certificate } = identity;
    this.#name = name;
    this.#hideAddress = hideAddress;
    this.#socket = new SignalingSocket({ url: `/ws/rooms/${slug}/transfers`, pid, hello: "" });
    this.#link = new SealedLink({ identity, seal, readsCompressed: isCurrent, send: (to, body) => void this.#socket.relay(to, body) });
    this.mesh = new Mesh({ pid, certificate, dataOnly: true, send: (to, body) => this.#link.send(to, body) });
    const memberOf = (/** @type {string} */ of) => this.#members.get(of) ?? "";
    const trust = seal.secrets ? "key" : "server";
    const describe = (/** @type {string} */ of) => ({ room: roomName, sender: this.#names.get(of) ?? "", trust });
    this.exchange = new FileExchange({ mesh: this.mesh, room: slug, memberOf, describe, callWatch });
    this.#listen();
  }

  async start() {
    this.#socket.setHello(await this.#link.writeHello(writeHello({ name: this.#name, muted: true, camera: false })));
    if (!this.#life.signal.aborted) this.#socket.start();
  }

  /** @param {ReadonlySet<string>} members with whom something waits */
  connectTo(members) {
    this.#wanted = members;
    this.#sync();
  }

  close() {
    if (this.#life.signal.aborted) return;
    this.#life.abort();
    this.#iceRefresh.stop();
    this.exchange.close();
    this.mesh.close();
    this.#link.close();
    this.#socket.leave();
  }

  #listen() {
    const { signal } = this.#life;
    const { mesh } = this;
    const [socket, link] = [this.#socket, this.#link];
    const arrivals = new Arrivals(mesh.gate, signal);
    socket.on("joined", (message) => this.#onJoined(message), { signal });
    socket.on("roster", ({ peers }) => this.#setPeers(peers), { signal });
    socket.on("peer-joined", ({ peer }) => arrivals.admit(peer, () => this.#setPeers([...this.#peers.values(), peer])), { signal });
    socket.on("peer-left", ({ pid, final }) => {
      arrivals.forget(pid);
      this.#onLeft(pid, final);
    }, { signal });
    socket.on("relay", ({ from, body }) => mesh.gate.spend(from, { envelopes: 1 }) && link.receive(from, body), { signal });
    socket.on("ice", (message) => this.#useIce(message), { signal });
    socket.on("room", ({ room }) => this.#applyRelayPolicy(room), { signal });
    socket.on("state", ({ state, code }) => this.#onSocketState(state, code), { signal });
    link.on("roster", ({ peers }) => mesh.syncPeers(peers), { signal });
    link.on("peer-left", ({ pid, final }) => mesh.removePeer(pid, final), { signal });
    link.on("message", ({ from, body }) => mesh.receiveBody(from, body), { signal });
    mesh.on("peer-added", ({ pid, hello }) => this.#names.set(pid, readHello(hello).name), { signal });
    mesh.on("peer-channel-open", ({ pid }) => this.#onReachable(pid), { signal });
    mesh.on("peer-removed", ({ pid }) => this.emit("gone", { pid }), { signal });
    mesh.on("peer-unresponsive", () => socket.checkConnection(), { signal });
    new NetworkWatch(signal).on("changed", () => {
      mesh.probeNow();
      socket.checkConnection();
    }, { signal });
  }

  /** @param {Joined} message */
  #onJoined({ room, peers, ice, ice_ttl }) {
    this.#useIce({ ice, ice_ttl });
    if (this.#applyRelayPolicy(room)) this.#setPeers(peers);
  }

  /** @param {{ice: RTCIceServer[], ice_ttl: number}} servers ice_ttl: seconds */
  #useIce({ ice, ice_ttl }) {
    this.#ice = ice;
    this.mesh.setIceServers(ice);
    this.#iceRefresh.schedule(ice_ttl);
  }

  /** @param {Room} room @returns {boolean} false: addresses cannot be hidden, so there is no connection */
  #applyRelayPolicy({ relay_only: relayOnly }) {
    this.#relayed ||= relayOnly || this.#hideAddress;
    this.mesh.setIceTransportPolicy(this.#relayed ? "relay" : "all");
    if (!this.#relayed || hasRelay(this.#ice)) return true;
    this.#stop();
    return false;
  }

  /** @param {string} state @param {number} [code] */
  #onSocketState(state, code) {
    if (state === "open" || state === "waiting") this.mesh.setServerReachable(state === "open");
    if ((state === "stopped" && code !== undefined) || code === CODE.knock_required) this.#stop();
  }

  #stop() {
    this.close();
    this.emit("stopped");
  }

  /** @param {Peer[]} peers everyone else in the transfer room */
  #setPeers(peers) {
    this.#peers = new Map(peers.map((peer) => [peer.pid, peer]));
    for (const { pid, member } of peers) this.#members.set(pid, member);
    this.#sync();
  }

  #sync() {
    this.#link.syncPeers([...this.#peers.values()].filter(({ member }) => this.#wanted.has(member)));
  }

  /** @param {string} pid @param {boolean} final they were removed */
  #onLeft(pid, final) {
    if (final) this.#link.removePeer(pid, final);
    this.#setPeers([...this.#peers.values()].filter((peer) => peer.pid !== pid));
  }

  /** @param {string} pid */
  #onReachable(pid) {
    this.emit("reachable", { pid, member: this.#members.get(pid) ?? "", name: this.#names.get(pid) ?? "" });
  }
}
