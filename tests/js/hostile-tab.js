/** A tab of a call with every feature that listens to peers, the gate that they share, and peer connections that only count. */

import { setMaxListeners } from "node:events";

import { Captures } from "../../static/js/call/captures.js";
import { KeyRotation } from "../../static/js/call/key-rotation.js";
import { Kicks } from "../../static/js/call/kick.js";
import { recogniseDevices } from "../../static/js/call/recognition.js";
import { Renaming } from "../../static/js/chat/renaming.js";
import { createSafety } from "../../static/js/call/safety.js";
import { Chat } from "../../static/js/chat/chat.js";
import { Hands } from "../../static/js/chat/hands.js";
import { ChatPictures } from "../../static/js/chat/pictures.js";
import { Reactions } from "../../static/js/chat/reactions.js";
import { FileExchange } from "../../static/js/files/exchange.js";
import { Allowance } from "../../static/js/files/receive/allowance.js";
import { Gate } from "../../static/js/gate/gate.js";
import { HostControls } from "../../static/js/hosts/host-controls.js";
import { Polls } from "../../static/js/hosts/polls.js";
import { SealedLink } from "../../static/js/keys/sealed-link.js";
import { Emitter } from "../../static/js/lib/emitter.js";
import { Adaptation } from "../../static/js/media/adaptation/adaptation.js";
import { openConnectionTopics } from "../../static/js/peer/connection-messages.js";
import { MediaRefresh } from "../../static/js/peer/media-refresh.js";
import { PeerRelay } from "../../static/js/peer/peer-relay.js";

export const FINGERPRINT = Array(32).fill("AB").join(":");

/** Counts what a hostile peer makes a tab do. */
export class HostileTab extends Emitter {
  pid = "s".repeat(22);
  member = "5".repeat(32);
  self = { pid: this.pid, member: this.member, name: "Sam", role: "guest" };
  people = new Map();
  seal = { room: "tea", epoch: 0, secrets: null };
  sent = 0;
  #life = new AbortController();

  constructor() {
    super();
    const { signal } = this.#life;
    setMaxListeners(100, signal);
    const mesh = (this.mesh = Object.assign(new Emitter(), {
      peers: new Map(),
      banned: 0,
      ban: () => (mesh.banned += 1),
      refusePeer: () => {},
      disconnect: () => {},
      laneConfiguration: () => ({ configuration: {}, expectedFingerprint: FINGERPRINT }),
      gate: new Gate(() => (this.sent += 1) > 0),
      topic: (name, options) => mesh.gate.open(name, options),
    }));
    openConnectionTopics(mesh.gate);
    this.link = new SealedLink({ identity: { pid: this.pid }, seal: this.seal, send: () => {} });
    this.kicks = new Kicks(mesh, { pid: this.pid, roleOf: (pid) => this.people.get(pid)?.role, signal });
    this.relay = new PeerRelay(mesh, signal);
    this.refresh = new MediaRefresh(mesh, signal);
    this.safety = createSafety({ pid: this.pid, link: this.link, mesh, signal });
    this.captures = new Captures(this, signal);
    this.rotation = new KeyRotation(this, { slug: "tea", setKeyUrl: null });
    recogniseDevices(this, { slug: "tea", signedIn: false }, signal);
    this.muteRequests = mesh.topic("ask-mute", { read: (payload) => payload === true || null, perMinute: 30, creates: { dialogs: 1 } });
    this.chat = new Chat(this, signal);
    this.hands = new Hands(this, signal);
    this.renaming = new Renaming(this, [], signal);
    this.controls = new HostControls(this, signal);
    this.polls = new Polls(this, signal);
    this.reactions = new Reactions(this, signal);
    this.exchange = new FileExchange({ mesh, room: "tea", memberOf: (pid) => this.people.get(pid)?.member ?? "" });
    this.pictures = new ChatPictures({ chat: this.chat, room: this, exchange: this.exchange, allowance: new Allowance(() => false) }, signal);
    this.adaptation = new Adaptation(mesh, () => ({ tile: { height: 360, visible: true }, screen: null }), signal);
    signal.addEventListener("abort", () => this.rotation.close());
  }

  /** A tab of a person is connected. */
  meet(pid, { member, role = "moderator" }) {
    const stats = async () => new Map();
    this.people.set(pid, { pid, member, role, name: "Mallory", state: "connected" });
    this.mesh.peers.set(pid, { state: "connected", getStats: stats, renegotiate: () => {}, setSdpMunging: () => {}, transceivers: {}, refreshTrack: async () => {} });
    this.mesh.gate.introduce(pid, member);
    this.mesh.emit("peer-channel-open", { pid });
  }

  /** They leave; what they used stays counted. */
  part(pid) {
    this.mesh.peers.delete(pid);
    this.mesh.gate.forgetPeer(pid);
    this.mesh.emit("peer-removed", { pid });
    this.people.delete(pid);
  }

  updatePerson() {}

  receive(pid, topic, payload) {
    this.mesh.gate.receive(pid, topic, payload);
  }

  close() {
    this.#life.abort();
    return this.exchange.close();
  }
}

/** Replaces `RTCPeerConnection`. */
export function countConnections() {
  const count = { made: 0, open: 0 };
  globalThis.RTCRtpReceiver = { getCapabilities: () => ({ codecs: [] }) };
  globalThis.RTCPeerConnection = class extends EventTarget {
    connectionState = "new";
    localDescription = null;

    constructor() {
      super();
      count.made += 1;
      count.open += 1;
    }

    createDataChannel() {
      return Object.assign(new EventTarget(), { readyState: "connecting", bufferedAmount: 0, close: () => {} });
    }

    async setLocalDescription() {
      this.localDescription = { type: "answer", sdp: `m=application\r\na=fingerprint:sha-256 ${FINGERPRINT}\r\n` };
    }

    async setRemoteDescription() {}

    async addIceCandidate() {}

    async getStats() {
      return new Map();
    }

    close() {
      count.open -= 1;
    }
  };
  return count;
}
