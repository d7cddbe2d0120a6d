/** One connection to every other peer in the room; connections stay up while the server is unreachable. */

import { EarlyMessages } from "../lib/early-messages.js";
import { Emitter } from "../lib/emitter.js";
import { RecentMap } from "../lib/recent-map.js";
import { Gate } from "../gate/gate.js";
import { openConnectionTopics } from "./connection-messages.js";
import { DepartureDetector } from "./departure.js";
import { isCurrent } from "./hello.js";
import { PeerLink } from "./peer-link.js";
import { computePressure } from "./stats/compute-pressure.js";
import { NO_TRACKS } from "./transceiver-pair.js";
import { checkPeerMessage, parseBody } from "./messages.js";

/** @typedef {SignaledPeer & {fingerprint?: string}} Peer fingerprint: the only certificate that their connection may show */
/** @typedef {{pid: string, member: string, role: string, hello: string}} PeerDetail */
/** @import { PeerMessage } from "./messages.js" */
/** @import { Peer as SignaledPeer } from "../signaling/wire.js" */
/** @import { Topic, TopicOptions } from "../gate/topic.js" */
/** @import { MediaPart, Tracks } from "./transceiver-pair.js" */
/** @import { PeerState } from "./watchdog.js" */

/** How many kicked tabs are remembered for the session: the latest. */
const MAX_BANNED = 1_024;

/**
 * @typedef {object} MeshEvents
 * @property {PeerDetail} peer-added the connection exists, nothing flows yet
 * @property {PeerDetail} peer-updated a peer came back with a new hello
 * @property {{pid: string}} peer-banned a peer was removed for good, connected or not
 * @property {{pid: string}} peer-removed their connection is closed and no longer in `peers`
 * @property {{pid: string, state: PeerState, reason?: string}} peer-state never closed; reason: as in `PeerLinkEvents`
 * @property {{pid: string}} peer-unresponsive a ping was not answered at once
 * @property {{pid: string, track: MediaStreamTrack, stream: MediaStream}} peer-track the stream stays the same for a peer
 * @property {{pid: string, stream: MediaStream}} peer-tracks-changed its tracks were added, removed, muted or unmuted
 * @property {{pid: string, audio: boolean, video: boolean}} peer-media what the peer says it sends
 * @property {{pid: string, stream: MediaStream | null}} peer-screen null: sharing has ended. Several peers may share at once
 * @property {void} own-tracks microphone or camera were set
 * @property {void} own-screen sharing the own screen began or ended
 * @property {{pid: string, kind: MediaPart}} peer-misses the peer gets nothing of what we send, or cannot show it
 * @property {{pid: string}} peer-sending transceivers to this peer were created; see `peers.get(pid).transceivers`
 * @property {{pid: string}} peer-channel-open topics reach the peer, for the first time or again (earlier messages may be lost)
 * @property {void} hidden connections now use relays only; further connections to a peer must be made again
 */

/** @extends {Emitter<MeshEvents>} */
export class Mesh extends Emitter {
  peers = /** @type {Map<string, PeerLink>} */ (new Map());
  /** What the messages of all peers pass. */
  gate = new Gate((pid, name, payload, patient) => this.peers.get(pid)?.send(name, payload, patient) ?? false);
  #pid;
  #certificate;
  #sendBody;
  #iceServers = /** @type {RTCIceServer[]} */ ([]);
  /** @type {RTCIceTransportPolicy} */
  #iceTransportPolicy;
  /** @type {Tracks} */
  #tracks = NO_TRACKS;
  #dataOnly;
  /** @type {Tracks} */
  #screen = NO_TRACKS;
  #departures = new DepartureDetector((pid) => this.#drop(pid));
  #early = /** @type {EarlyMessages<PeerMessage>} */ (new EarlyMessages());
  #banned = /** @type {RecentMap<true>} */ (new RecentMap(MAX_BANNED));
  /** Who was here when we last joined, by pid; null where no one says who came first. @type {Set<string> | null} */
  #earlier = null;
  #closed = false;

  /**
   * @param {{pid: string, certificate?: RTCCertificate, iceTransportPolicy?: RTCIceTransportPolicy, dataOnly?: boolean,
   * send: (to: string, body: string) => void}} options pid: our own; dataOnly: no media; send: may drop what it cannot send
   */
  constructor({ pid, certificate, iceTransportPolicy = "all", dataOnly = false, send }) {
    super();
    this.#dataOnly = dataOnly;
    this.#pid = pid;
    this.#certificate = certificate;
    this.#iceTransportPolicy = iceTransportPolicy;
    this.#sendBody = send;
    openConnectionTopics(this.gate);
  }

  /** @param {RTCIceServer[]} iceServers for new connections, and for the next ICE restart of existing ones */
  setIceServers(iceServers) {
    this.#iceServers = iceServers;
    for (const connection of this.peers.values()) connection.setIceServers(iceServers);
  }

  /**
   * Applies to new and existing connections, which look for a new path. Once addresses are hidden, they stay hidden: no one but the
   * person opens them, by joining again. @param {RTCIceTransportPolicy} policy
   */
  setIceTransportPolicy(policy) {
    if (policy === this.#iceTransportPolicy || this.#iceTransportPolicy === "relay") return;
    this.#iceTransportPolicy = policy;
    for (const connection of this.peers.values()) connection.setIceTransportPolicy(policy);
    if (policy === "relay") this.emit("hidden");
  }

  /**
   * We have joined or rejoined: repeats what may have been lost. Those who are here offer to us, as they know of us half a round trip
   * before we know of them; to a page of an earlier version, which waits for us, we do.
   * @param {Peer[]} peers everyone else
   */
  onJoined(peers) {
    this.#earlier = new Set(peers.map(({ pid }) => pid));
    this.#reconcile(peers);
    for (const { pid, hello } of peers) if (!isCurrent(hello)) this.peers.get(pid)?.offer();
  }

  /** A peer joined, or rejoined: we offer, unless their page is of an earlier version, which does. @param {Peer} peer */
  addPeer(peer) {
    this.#add(peer);
    if (isCurrent(peer.hello)) this.peers.get(peer.pid)?.offer();
  }

  /** @param {Peer} peer */
  #add(peer) {
    const { pid, member, role, hello, fingerprint } = peer;
    if (this.#closed || pid === this.#pid || this.#banned.has(pid)) return;
    this.gate.introduce(pid, member);
    this.#departures.socketPresent(pid);
    const known = this.peers.get(pid);
    if (known !== undefined) {
      this.emit("peer-updated", { pid, member, role, hello });
      return known.resend();
    }
    this.peers.set(pid, this.#connect(pid, fingerprint));
    this.emit("peer-added", { pid, member, role, hello });
    for (const message of this.#early.release(pid)) this.#receive(pid, message);
  }

  /**
   * Takes the whole roster after missed changes. Who was not here when we joined came later. Otherwise the order of ids says who offers;
   * if both do, negotiation handles it.
   * @param {Peer[]} peers everyone else in the room
   */
  syncPeers(peers) {
    const isLater = (/** @type {Peer} */ { pid, hello }) => this.#earlier?.has(pid) === false && isCurrent(hello);
    const found = peers.filter((peer) => !this.peers.has(peer.pid) && (isLater(peer) || this.#pid > peer.pid));
    this.#reconcile(peers);
    for (const { pid } of found) this.peers.get(pid)?.offer();
  }

  /** @param {Peer[]} peers */
  #reconcile(peers) {
    for (const peer of peers) this.#add(peer);
    const here = new Set(peers.map(({ pid }) => pid));
    for (const pid of [...this.peers.keys()]) if (!here.has(pid)) this.removePeer(pid);
  }

  /**
   * The server reports that a peer left. It may be only their socket, so a working connection is kept until it ends.
   * @param {string} pid @param {boolean} [final] they were removed: their connection ends, and the same tab never comes back
   */
  removePeer(pid, final = false) {
    if (final) return this.ban(pid);
    const { state } = this.peers.get(pid) ?? {};
    this.#early.release(pid);
    if (state === "connected" || state === "interrupted") this.#departures.socketGone(pid);
    else this.#drop(pid);
  }

  /** Kicks a peer for the rest of this session: ends the connection, and makes no other. @param {string} pid */
  ban(pid) {
    if (pid === this.#pid) return;
    this.#banned.set(pid, true);
    this.disconnect(pid);
    this.emit("peer-banned", { pid });
  }

  /** Ends the connection to a peer, who may come again. @param {string} pid */
  disconnect(pid) {
    this.#early.release(pid);
    this.#drop(pid);
  }

  /** Refuses a peer while they are here; unlike a kicked peer, they stay listed. @param {string} pid @param {string} reason */
  refusePeer(pid, reason) {
    this.peers.get(pid)?.refuse(reason);
  }

  /** @param {boolean} reachable without a server, a long silence means that a peer has left */
  setServerReachable(reachable) {
    this.#departures.setServerReachable(reachable);
  }

  /** The network may have changed: finds out at once which peers are still reachable. */
  probeNow() {
    for (const connection of this.peers.values()) connection.probeNow();
  }

  /** @param {string} from @param {string} body */
  receiveBody(from, body) {
    if (this.#closed || from === this.#pid || this.#banned.has(from)) return;
    const payload = parseBody(body);
    if (this.peers.has(from)) return this.#receive(from, payload);
    const message = checkPeerMessage(payload);
    if (message?.bye) this.#early.release(from);
    else if (message) this.#early.queue(from, message);
  }

  /** @param {string} pid @param {unknown} payload not checked */
  #receive(pid, payload) {
    this.gate.pass(pid, "signal", payload, (message) => void this.peers.get(pid)?.receive(message));
  }

  /** @param {Tracks} tracks */
  setTracks(tracks) {
    this.#tracks = tracks;
    for (const connection of this.peers.values()) connection.setTracks(tracks);
    this.emit("own-tracks");
  }

  get sharesScreen() {
    return this.#screen.video !== null;
  }

  /**
   * Shares a screen with everyone, including those who join later, or stops. Works without the server.
   * @param {{video: MediaStreamTrack, audio?: MediaStreamTrack | null} | null} screen
   */
  setScreen(screen) {
    this.#screen = screen ? { video: screen.video, audio: screen.audio ?? null } : NO_TRACKS;
    for (const connection of this.peers.values()) connection.setScreen(this.#screen);
    this.emit("own-screen");
  }

  /**
   * Opens a topic for one feature on the control channels of all peers. Throws when it is open already.
   * @template T
   * @param {string} name @param {TopicOptions<T>} options @returns {Topic<T>}
   */
  topic(name, options) {
    return this.gate.open(name, options);
  }

  /**
   * How to configure a further connection to a peer; null when there is no such peer, or no certificate is pinned.
   * @param {string} pid @returns {{configuration: RTCConfiguration, expectedFingerprint: string} | null}
   */
  laneConfiguration(pid) {
    return this.peers.get(pid)?.laneConfiguration ?? null;
  }

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
      dataOnly: this.#dataOnly,
      gate: this.gate.for(pid),
      isOverloaded: () => computePressure.levelFor(this.peers.size) > 0,
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
    connection.on("message", ({ topic, payload }) => this.gate.receive(pid, topic, payload));
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
    this.gate.forgetPeer(pid);
    this.emit("peer-removed", { pid });
  }
}
