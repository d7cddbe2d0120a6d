/**
 * The sealed link stands between the relay and whoever wants to talk to peers: hellos are checked on their way in, and
 * every body is sealed for one peer. It knows neither what relays nor what is said.
 *
 * Everything that comes in is worked off one by one in the order it came, and so is everything that goes out: WebCrypto
 * answers when it likes, and neither a message nor the news of an arrival may overtake another.
 */

import { Emitter } from "../lib/emitter.js";
import { fixedPart, helloEpoch, HelloRefused, readSealedHello, writeSealedHello } from "./hello.js";
import { EnvelopeRefused, openPairChannel } from "./pair-channel.js";

/** @import { Hello } from "./hello.js" */
/** @import { Identity } from "./identity.js" */
/** @import { PairChannel } from "./pair-channel.js" */
/** @import { RoomSeal } from "./room-seal.js" */
/** @import { SasPair } from "./sas-code.js" */
/** @typedef {{pid: string, member: string, role: string, hello: string}} Peer */
/** @typedef {Peer & {fingerprint: string}} KnownPeer hello: the opened profile; fingerprint: of the peer's certificate */
/** @typedef {{hello: Hello, channel: PairChannel}} Known */

/** Envelopes of somebody whose arrival has not been told yet are kept, this many of this many people. */
const MAX_EARLY_ENVELOPES = 16;
const MAX_EARLY_PEERS = 16;
/** Channels are never forgotten during a stay: the counter of a key must not begin again. */
const MAX_CHANNELS = 1_024;

/**
 * @typedef {object} SealedLinkEvents every peer named in one but the last two has proved who they are
 * @property {{peers: KnownPeer[]}} joined as the relay said it, without those who were refused
 * @property {{peers: KnownPeer[]}} roster likewise
 * @property {{peer: KnownPeer}} peer-joined likewise
 * @property {{pid: string, final: boolean}} peer-left final: they were removed
 * @property {{from: string, body: string}} message opened
 * @property {{peer: Peer, reason: string}} refused their hello is not believed; nothing of theirs is read
 * @property {{pid: string, reason: string}} tampered an envelope under their name was dropped
 */

/** @extends {Emitter<SealedLinkEvents>} */
export class SealedLink extends Emitter {
  #identity;
  #seal;
  /** @type {RoomSeal[]} those of earlier epochs of this stay */
  #earlier = [];
  #send;
  /** @type {Map<string, Known>} */
  #known = new Map();
  /** @type {Map<string, string[]>} */
  #early = new Map();
  /** @type {Set<string>} */
  #refused = new Set();
  /** @type {Set<string>} those who were heard by another way, too: numbers that are not new mean nothing there */
  #forwardedPeers = new Set();
  /** @type {Map<string, string>} why, by pid */
  #blocked = new Map();
  #incoming = Promise.resolve();
  #outgoing = Promise.resolve();
  #closed = false;

  /**
   * @param {object} options
   * @param {Pick<Identity, "pid" | "publicKey" | "privateKey" | "fingerprint">} options.identity
   * @param {RoomSeal} options.seal
   * @param {(to: string, body: string) => void} options.send may drop what it cannot send
   */
  constructor({ identity, seal, send }) {
    super();
    this.#identity = identity;
    this.#seal = seal;
    this.#send = send;
  }

  /**
   * Writes the hello to come in with.
   * @param {string} profile what the others are told
   * @returns {Promise<string>}
   */
  writeHello(profile) {
    return writeSealedHello(this.#seal, this.#identity, profile);
  }

  /**
   * Goes on under the next room key: from now on only those who hold it are believed when they come; those who are known
   * stay known, by whichever key of this stay they introduce themselves.
   * @param {RoomSeal} seal
   * @returns {Promise<void>} settles when it holds
   */
  rekey(seal) {
    this.#enqueue(async () => {
      this.#earlier.push(this.#seal);
      this.#seal = seal;
    });
    return this.#incoming;
  }

  /** @param {Peer[]} peers those who were here before */
  joined(peers) {
    this.#enqueuePeers("joined", peers);
  }

  /** @param {Peer[]} peers everybody else */
  syncPeers(peers) {
    this.#enqueuePeers("roster", peers);
  }

  /** @param {Peer} peer */
  addPeer(peer) {
    this.#enqueue(async () => {
      const known = await this.#authenticate(peer);
      if (known === null) return;
      this.emit("peer-joined", { peer: known });
      await this.#openEarly([known]);
    });
  }

  /**
   * @param {string} pid
   * @param {boolean} [final] they were put out
   */
  removePeer(pid, final = false) {
    this.#enqueue(async () => {
      this.#early.delete(pid);
      this.#refused.delete(pid);
      this.emit("peer-left", { pid, final });
    });
  }

  /**
   * Takes a body from the relay.
   * @param {string} from
   * @param {string} body
   * @param {{again?: boolean}} [options] again: it came by another way than the relay's own, on which it may have been
   *   overtaken or come before
   */
  receive(from, body, { again = false } = {}) {
    if (again && this.#known.has(from)) this.#forwardedPeers.add(from);
    this.#enqueue(() => this.#open(from, body));
  }

  /** Seals a text for a peer who is known, and sends it. @param {string} to @param {string} text */
  send(to, text) {
    const channel = this.#known.get(to)?.channel;
    if (channel === undefined) return;
    this.#outgoing = this.#outgoing.then(async () => this.#send(to, await channel.wrap(text))).catch(() => {});
  }

  /**
   * What a safety code with a peer is made of.
   * @param {string} pid
   * @returns {SasPair | null} null: nobody who has proved who they are
   */
  pairOf(pid) {
    return this.#known.get(pid)?.channel.sas ?? null;
  }

  /**
   * Believes this tab nothing any more, for the whole stay, whatever it or the relay says: it counts as refused.
   * @param {string} pid @param {string} reason
   */
  block(pid, reason) {
    this.#blocked.set(pid, reason);
  }

  /** Stops: nothing is told any more. */
  close() {
    this.#closed = true;
  }

  /** @param {() => Promise<unknown>} act */
  #enqueue(act) {
    this.#incoming = this.#incoming.then(async () => {
      if (!this.#closed) await act();
    });
  }

  /** @param {"joined" | "roster"} type @param {Peer[]} peers */
  #enqueuePeers(type, peers) {
    this.#enqueue(async () => {
      const believed = await this.#authenticateAll(peers);
      this.emit(type, { peers: believed });
      await this.#openEarly(believed);
    });
  }

  /** @param {Peer[]} peers whose arrival has just been told */
  async #openEarly(peers) {
    for (const { pid } of peers) {
      const bodies = this.#early.get(pid) ?? [];
      this.#early.delete(pid);
      for (const body of bodies) await this.#open(pid, body);
    }
  }

  /** @param {Peer[]} peers */
  async #authenticateAll(peers) {
    const here = new Set(peers.map(({ pid }) => pid));
    for (const pid of [...this.#refused]) {
      if (here.has(pid)) continue;
      this.#refused.delete(pid);
      this.emit("peer-left", { pid, final: false });
    }
    const believed = await Promise.all(peers.map((peer) => this.#authenticate(peer)));
    return believed.filter((peer) => peer !== null);
  }

  /** @param {Peer} peer @returns {Promise<KnownPeer | null>} */
  async #authenticate(peer) {
    const { pid } = peer;
    if (pid === this.#identity.pid) return null;
    const shunned = this.#blocked.get(pid);
    if (shunned !== undefined) return this.#refuse(peer, shunned);
    const known = this.#known.get(pid);
    try {
      const seal = known ? this.#sealOf(peer.hello) : this.#seal;
      // Made with the next key, which has not been handed over to us yet.
      if (seal === null) return { ...peer, hello: known?.hello.profile ?? "", fingerprint: known?.hello.fingerprint ?? "" };
      const hello = await readSealedHello(seal, pid, peer.hello);
      // A tab's keys are the same for its whole life.
      if (known && !sameKeys(known.hello, hello)) throw new HelloRefused("key");
      if (!known) await this.#openChannel(pid, hello);
      this.#refused.delete(pid);
      return { ...peer, hello: hello.profile, fingerprint: hello.fingerprint };
    } catch (error) {
      if (known) {
        // They have proved themselves before; a false hello in their name changes nothing about them.
        this.emit("tampered", { pid, reason: "forged" });
        return { ...peer, hello: known.hello.profile, fingerprint: known.hello.fingerprint };
      }
      // Whatever else goes wrong with what a stranger sent (a key that is no point on the curve) is malformed too.
      return this.#refuse(peer, error instanceof HelloRefused ? error.reason : "malformed");
    }
  }

  /** @param {Peer} peer @param {string} reason */
  #refuse(peer, reason) {
    this.#refused.add(peer.pid);
    this.emit("refused", { peer, reason });
    return null;
  }

  /**
   * @param {string} text the hello of somebody who is known
   * @returns {RoomSeal | null} null for one of an epoch after ours
   */
  #sealOf(text) {
    const epoch = helloEpoch(text);
    if (epoch > this.#seal.epoch) return null;
    return this.#earlier.find((seal) => seal.epoch === epoch) ?? this.#seal;
  }

  /** @param {string} pid @param {Hello} hello */
  async #openChannel(pid, hello) {
    if (this.#known.size >= MAX_CHANNELS) throw new RangeError("more peers than any room sees");
    const { privateKey, fingerprint } = this.#identity;
    const mine = { pid: this.#identity.pid, fixed: fixedPart(this.#seal, this.#identity), fingerprint, privateKey };
    const channel = await openPairChannel(this.#seal, mine, { pid, ...hello });
    this.#known.set(pid, { hello, channel });
  }

  /** @param {string} from @param {string} body */
  async #open(from, body) {
    const known = this.#known.get(from);
    if (this.#blocked.has(from)) return;
    if (known === undefined) return this.#queueEarly(from, body);
    try {
      const text = await known.channel.unwrap(body);
      if (!this.#closed) this.emit("message", { from, body: text });
    } catch (error) {
      const reason = error instanceof EnvelopeRefused ? error.reason : "malformed";
      if (reason === "replayed" && this.#forwardedPeers.has(from)) return;
      this.emit("tampered", { pid: from, reason });
    }
  }

  /** @param {string} from @param {string} body */
  #queueEarly(from, body) {
    if (this.#refused.has(from)) return;
    const kept = this.#early.get(from) ?? [];
    if (kept.length >= MAX_EARLY_ENVELOPES || (kept.length === 0 && this.#early.size >= MAX_EARLY_PEERS)) return;
    this.#early.set(from, [...kept, body]);
  }

  /** Emits nothing after `close`. @override @type {Emitter<SealedLinkEvents>["emit"]} */
  emit(type, ...detail) {
    if (!this.#closed) super.emit(type, ...detail);
  }
}

/** @param {Hello} one @param {Hello} other */
function sameKeys(one, other) {
  return one.fingerprint === other.fingerprint && String(one.publicKey) === String(other.publicKey);
}
