/**
 * The mesh: one connection to everybody in the room. It is told who is there and what arrives; whether there is a server
 * at the moment makes no difference to the connections that stand.
 */

import { Emitter } from "../lib/emitter.js";
import { DepartureDetector } from "./departure.js";
import { PeerLink } from "./peer-link.js";
import { EarlyMessages } from "./early-messages.js";
import { NO_TRACKS } from "./transceiver-pair.js";
import { readPeerMessage } from "./messages.js";
import { Topics } from "./topics.js";

/** @typedef {SignaledPeer & {fingerprint?: string}} Peer fingerprint: the only one that their connection may show */
/** @typedef {{pid: string, member: string, role: string, hello: string}} PeerDetail */
/** @import { Peer as SignaledPeer } from "../signaling/wire.js" */
/** @import { Topic, TopicOptions } from "./topics.js" */
/** @import { Tracks } from "./transceiver-pair.js" */
/** @import { PeerState } from "./watchdog.js" */

/** Those who were put out are remembered for the stay, this many. */
const MAX_BANNED = 1_024;

/**
 * @typedef {object} MeshEvents
 * @property {PeerDetail} peer-added the connection exists, nothing flows yet
 * @property {PeerDetail} peer-updated a peer came back with a fresh hello
 * @property {{pid: string}} peer-removed they left; their connection is closed and no longer in `peers`
 * @property {{pid: string, state: PeerState, reason?: string}} peer-state never closed; reason, of a refused one: `certificate`,
 *   `version`, or what `refusePeer` was given
 * @property {{pid: string}} peer-unresponsive nothing has come from them for a moment
 * @property {{pid: string, track: MediaStreamTrack, stream: MediaStream}} peer-track stream is the one of this peer, the same for
 *   its whole life
 * @property {{pid: string, stream: MediaStream}} peer-tracks-changed its tracks came, went, fell silent or came back
 * @property {{pid: string, audio: boolean, video: boolean}} peer-media what the peer says it sends
 * @property {{pid: string, stream: MediaStream | null}} peer-screen the peer shares its screen; null: no more. Several may share
 *   at once
 * @property {{pid: string}} peer-sending transceivers to this peer were made; `peers.get(pid).transceivers` has them
 * @property {{pid: string}} peer-channel-open `send` reaches the peer, for the first time or again (what was sent before may be
 *   lost)
 * @property {void} hidden from now on connections go over relays only; further ones to a peer have to be made again
 * @property {{pid: string, topic: string, payload: any}} message a peer has sent something without the server; payload is not
 *   checked
 */

/** @extends {Emitter<MeshEvents>} */
export class Mesh extends Emitter {
  /** @type {Map<string, PeerLink>} */
  peers = new Map();
  #pid;
  #certificate;
  #sendBody;
  /** @type {RTCIceServer[]} */
  #iceServers = [];
  /** @type {RTCIceTransportPolicy} */
  #iceTransportPolicy;
  /** @type {Tracks} */
  #tracks = NO_TRACKS;
  /** @type {Tracks} */
  #screen = NO_TRACKS;
  #topics = new Topics((pid, name, payload) => this.send(pid, name, payload));
  #departures = new DepartureDetector((pid) => this.#drop(pid));
  #early = new EarlyMessages();
  /** @type {Set<string>} */
  #banned = new Set();
  #closed = false;

  /**
   * @param {object} options
   * @param {string} options.pid one's own
   * @param {RTCCertificate} [options.certificate]
   * @param {RTCIceTransportPolicy} [options.iceTransportPolicy]
   * @param {(to: string, body: string) => void} options.send may drop what it cannot send
   */
  constructor({ pid, certificate, iceTransportPolicy = "all", send }) {
    super();
    this.#pid = pid;
    this.#certificate = certificate;
    this.#iceTransportPolicy = iceTransportPolicy;
    this.#sendBody = send;
  }

  /** @param {RTCIceServer[]} iceServers for connections to come, and for the next restart of those that stand */
  setIceServers(iceServers) {
    this.#iceServers = iceServers;
    for (const connection of this.peers.values()) connection.setIceServers(iceServers);
  }

  /**
   * Says over which candidates connections may go, from now on and for those that stand: they look for a new way.
   * @param {RTCIceTransportPolicy} policy
   */
  setIceTransportPolicy(policy) {
    if (policy === this.#iceTransportPolicy) return;
    this.#iceTransportPolicy = policy;
    for (const connection of this.peers.values()) connection.setIceTransportPolicy(policy);
    if (policy === "relay") this.emit("hidden");
  }

  /**
   * We have come in, or come back: offers to everybody new, and makes up for what was lost meanwhile.
   * @param {Peer[]} peers everybody else in the room
   */
  onJoined(peers) {
    this.#reconcile(peers);
    for (const { pid } of peers) this.peers.get(pid)?.offer();
  }

  /** Somebody came, or came back: they offer, we wait. @param {Peer} peer */
  addPeer(peer) {
    const { pid, member, role, hello, fingerprint } = peer;
    if (this.#closed || pid === this.#pid || this.#banned.has(pid)) return;
    this.#departures.socketPresent(pid);
    const known = this.peers.get(pid);
    if (known !== undefined) {
      this.emit("peer-updated", { pid, member, role, hello });
      return known.resend();
    }
    this.peers.set(pid, this.#connect(pid, fingerprint));
    this.emit("peer-added", { pid, member, role, hello });
    for (const message of this.#early.release(pid)) void this.peers.get(pid)?.receive(message);
  }

  /**
   * Changes were missed: this is the whole list. Two who find each other in it only now have both missed who came first,
   * so the order of their ids says who offers; should both do so, negotiation handles it.
   * @param {Peer[]} peers everybody else in the room
   */
  syncPeers(peers) {
    const found = peers.filter(({ pid }) => !this.peers.has(pid) && this.#pid > pid);
    this.#reconcile(peers);
    for (const { pid } of found) this.peers.get(pid)?.offer();
  }

  /** @param {Peer[]} peers everybody else in the room */
  #reconcile(peers) {
    for (const peer of peers) this.addPeer(peer);
    const here = new Set(peers.map(({ pid }) => pid));
    for (const pid of [...this.peers.keys()]) if (!here.has(pid)) this.removePeer(pid);
  }

  /**
   * The server says that somebody left. It may be only their socket: a connection that stands stays until it ends.
   * @param {string} pid
   * @param {boolean} [final] they were put out: then no connection to them is kept either
   */
  removePeer(pid, final = false) {
    const { state } = this.peers.get(pid) ?? {};
    this.#early.release(pid);
    if (!final && (state === "connected" || state === "interrupted")) this.#departures.socketGone(pid);
    else this.#drop(pid);
  }

  /** Puts somebody out for the rest of this stay: the connection ends at once, and none is made to them again. @param {string} pid */
  ban(pid) {
    if (pid === this.#pid || this.#banned.size >= MAX_BANNED) return;
    this.#banned.add(pid);
    this.#early.release(pid);
    this.#drop(pid);
  }

  /**
   * Ends the connection to somebody and makes none again as long as they are here; unlike those who were put out, they show.
   * @param {string} pid @param {string} reason
   */
  refusePeer(pid, reason) {
    this.peers.get(pid)?.refuse(reason);
  }

  /** @param {boolean} served whether there is a server that says who is here; without it, long silence means gone */
  setServerReachable(served) {
    this.#departures.setServerReachable(served);
  }

  /** Something may have happened to the network: finds out at once who is still there. */
  probeNow() {
    for (const connection of this.peers.values()) connection.probeNow();
  }

  /** Takes a relayed body. @param {string} from @param {string} body */
  receiveBody(from, body) {
    const message = this.#closed || from === this.#pid || this.#banned.has(from) ? null : readPeerMessage(body);
    if (message === null) return;
    const connection = this.peers.get(from);
    if (connection !== undefined) void connection.receive(message);
    else this.#early.queue(from, message);
  }

  /** Changes what everybody gets. @param {Tracks} tracks */
  setTracks(tracks) {
    this.#tracks = tracks;
    for (const connection of this.peers.values()) connection.setTracks(tracks);
  }

  /**
   * Shares a screen with everybody, those who come later too, or stops. Works while the server is away.
   * @param {{video: MediaStreamTrack, audio?: MediaStreamTrack | null} | null} screen
   */
  setScreen(screen) {
    this.#screen = screen ? { video: screen.video, audio: screen.audio ?? null } : NO_TRACKS;
    for (const connection of this.peers.values()) connection.setScreen(this.#screen);
  }

  /**
   * Tells somebody something without the server.
   * @param {string} pid
   * @param {string} topic
   * @param {unknown} payload a JSON value
   * @returns {boolean} false when it was not sent
   */
  send(pid, topic, payload) {
    return this.peers.get(pid)?.send(topic, payload) ?? false;
  }

  /**
   * Opens a channel of its own for a feature, on the control channels of all peers. Throws when the topic is open already.
   * @template T
   * @param {string} name
   * @param {TopicOptions<T>} options
   * @returns {Topic<T>}
   */
  topic(name, options) {
    return this.#topics.open(name, options);
  }

  /**
   * Says on what terms a further connection to a peer is made: with the same servers and certificate, to the same certificate.
   * @param {string} pid
   * @returns {{configuration: RTCConfiguration, expectedFingerprint: string} | null} null when there is no such peer, or no certificate is pinned
   */
  laneConfiguration(pid) {
    return this.peers.get(pid)?.laneConfiguration ?? null;
  }

  /** Leaves: everybody is told at once. */
  close() {
    this.#closed = true;
    for (const connection of [...this.peers.values()]) connection.close();
    this.#departures.clear();
    this.#early.clear();
  }

  /** @param {string} pid @param {string} [expectedFingerprint] */
  #connect(pid, expectedFingerprint) {
    const connection = new PeerLink({
      id: pid,
      polite: this.#pid < pid,
      iceServers: this.#iceServers,
      iceTransportPolicy: this.#iceTransportPolicy,
      certificate: this.#certificate,
      expectedFingerprint,
      tracks: this.#tracks,
      screen: this.#screen,
      send: (message) => this.#sendBody(pid, JSON.stringify(message)),
    });
    connection.on("closed-remotely", () => this.#departures.closedRemotely(pid));
    connection.on("state", ({ state, reason }) => this.#onState(pid, state, reason));
    connection.on("track", ({ track }) => this.emit("peer-track", { pid, track, stream: connection.remoteStream }));
    connection.on("tracks-changed", ({ stream }) => this.emit("peer-tracks-changed", { pid, stream }));
    connection.on("media", ({ audio, video }) => this.emit("peer-media", { pid, audio, video }));
    connection.on("screen", ({ stream }) => this.emit("peer-screen", { pid, stream }));
    connection.on("unresponsive", () => this.emit("peer-unresponsive", { pid }));
    connection.on("sending", () => this.emit("peer-sending", { pid }));
    connection.on("channel-open", () => this.emit("peer-channel-open", { pid }));
    connection.on("message", ({ topic, payload }) => {
      this.#topics.receive(pid, topic, payload);
      this.emit("message", { pid, topic, payload });
    });
    return connection;
  }

  /** @param {string} pid @param {PeerState} state @param {string} [reason] */
  #onState(pid, state, reason) {
    if (state === "closed") return this.#drop(pid);
    this.#departures.observeState(pid, state);
    this.emit("peer-state", { pid, state, reason });
  }

  /** @param {string} pid */
  #drop(pid) {
    const connection = this.peers.get(pid);
    this.#departures.forgetPeer(pid);
    if (!this.peers.delete(pid)) return;
    connection?.close();
    this.#topics.forgetPeer(pid);
    this.emit("peer-removed", { pid });
  }
}
