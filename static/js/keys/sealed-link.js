/**
 * Between the relay and the mesh: verifies incoming hellos, seals every body for one peer, and knows neither transport nor
 * content. Each direction works one by one: WebCrypto does not keep the order, and no message may overtake another or an arrival.
 */

import { EarlyMessages } from "../lib/early-messages.js";
import { Emitter } from "../lib/emitter.js";
import { RecentMap } from "../lib/recent-map.js";
import { VisitorMap } from "../lib/visitor-map.js";
import { fixedPart, helloEpoch, HelloRefused, readSealedHello, writeSealedHello } from "./hello.js";
import { EnvelopeRefused, openPairChannel } from "./pair-channel.js";

/** @import { Hello } from "./hello.js" */
/** @import { Identity } from "./identity.js" */
/** @import { Counters, PairChannel } from "./pair-channel.js" */
/** @import { RoomSeal } from "./room-seal.js" */
/** @import { SasPair } from "./sas-code.js" */
/** @typedef {{pid: string, member: string, role: string, hello: string}} Peer */
/** @typedef {Peer & {fingerprint: string}} KnownPeer hello: the opened profile; fingerprint: of the peer's certificate */
/** @typedef {{member: string, hello: Hello, channel: PairChannel, epoch: number}} Known epoch: of the latest room key that they proved */

/** Tabs that have left whose channels are kept: they may come back. A newcomer is never refused for lack of room. */
const MAX_CHANNELS = 256;
/** Counters of channels that were dropped. */
const MAX_COUNTERS = 20_000;

/**
 * @typedef {object} SealedLinkEvents every peer in one but the last two is verified
 * @property {{peers: KnownPeer[]}} joined from the relay, without refused peers
 * @property {{peers: KnownPeer[]}} roster likewise
 * @property {{peer: KnownPeer}} peer-joined
 * @property {{pid: string, final: boolean}} peer-left final: they were removed
 * @property {{from: string, body: string}} message opened
 * @property {{peer: Peer, reason: string}} refused their hello is not believed; nothing of theirs is read
 * @property {{pid: string, reason: string}} tampered an envelope under their name was dropped
 */

/** @extends {Emitter<SealedLinkEvents>} */
export class SealedLink extends Emitter {
  #identity;
  #seal;
  /** @type {RoomSeal[]} of earlier epochs, while anyone may still come with them */
  #earlier = [];
  /** @type {Set<string>} who was here at the last rekey and has not proved the new key yet: their earlier hello still counts */
  #former = new Set();
  /** Who was removed: nothing of theirs is believed, and nothing said about it. @type {RecentMap<true>} */
  #shunned = new RecentMap(MAX_COUNTERS);
  #send;
  #readsCompressed;
  #known = /** @type {VisitorMap<Known>} */ (new VisitorMap(MAX_CHANNELS, (pid, { channel }) => this.#keepCounters(pid, channel)));
  #early = /** @type {EarlyMessages<{body: string, unsure: boolean}>} */ (new EarlyMessages());
  #refused = /** @type {Set<string>} */ (new Set());
  /** The key of a pair never changes, so its counters must not start over. @type {RecentMap<Counters>} */
  #counters = new RecentMap(MAX_COUNTERS);
  /** No channel begins below it: the highest number that any dropped channel has sent. */
  #sentFloor = 0;
  /** @type {Set<string>} their messages also come over another path: old numbers are duplicates, not replays */
  #forwardedPeers = new Set();
  /** Reasons by pid. @type {RecentMap<string>} */
  #blocked = new RecentMap(MAX_COUNTERS);
  #incoming = Promise.resolve();
  #outgoing = Promise.resolve();
  #closed = false;

  /**
   * @param {{identity: Pick<Identity, "pid" | "publicKey" | "privateKey" | "fingerprint">, seal: RoomSeal, send: (to: string, body: string) => void,
   * readsCompressed?: (profile: string) => boolean}} options send: may drop what it cannot send; readsCompressed: the page of this profile does
   */
  constructor({ identity, seal, send, readsCompressed = () => false }) {
    super();
    this.#identity = identity;
    this.#seal = seal;
    this.#send = send;
    this.#readsCompressed = readsCompressed;
  }

  /** @param {string} profile @returns {Promise<string>} */
  writeHello(profile) {
    return writeSealedHello(this.#seal, this.#identity, profile);
  }

  /**
   * Continues under the next room key: from now on only those who are here may come with an earlier one, until `endTransition`.
   * @param {RoomSeal} seal @param {Iterable<string>} here pids @returns {Promise<void>} settles when it is in force
   */
  rekey(seal, here) {
    const former = new Set(here);
    this.#enqueue(async () => {
      this.#earlier.push(this.#seal);
      this.#seal = seal;
      this.#former = former;
    });
    return this.#incoming;
  }

  /**
   * Forgets hellos of the epochs before this one: who has not proved its key by now is a stranger until they do.
   * @param {number} epoch @returns {Promise<string[]>} the pids of those
   */
  async endTransition(epoch) {
    /** @type {string[]} */
    const unproved = [];
    this.#enqueue(async () => {
      for (const [pid, known] of this.#known) {
        if (known.epoch >= epoch) continue;
        this.#former.delete(pid);
        unproved.push(pid);
      }
      this.#earlier = this.#earlier.filter((seal) => seal.epoch >= epoch);
    });
    await this.#incoming;
    return unproved;
  }

  /** @param {Peer[]} peers those who were here before */
  joined(peers) {
    this.#enqueuePeers("joined", peers);
  }

  /** @param {Peer[]} peers everyone else */
  syncPeers(peers) {
    this.#enqueuePeers("roster", peers);
  }

  /** @param {Peer} peer */
  addPeer(peer) {
    this.#enqueue(async () => {
      this.#known.arrive(peer.pid);
      const known = await this.#authenticate(peer);
      if (known === null) return;
      this.emit("peer-joined", { peer: known });
      await this.#openEarly([known]);
    });
  }

  /** @param {string} pid @param {boolean} [final] they were removed: the same tab never comes back */
  removePeer(pid, final = false) {
    if (final) this.shun(pid);
    this.#enqueue(async () => {
      this.#early.release(pid);
      this.#refused.delete(pid);
      this.#known.leave(pid);
      this.emit("peer-left", { pid, final });
    });
  }

  /**
   * @param {string} from @param {string} body
   * @param {{again?: boolean}} [options] again: a third peer forwarded it, so it may be a duplicate, late, or not theirs at all
   */
  receive(from, body, { again = false } = {}) {
    if (again && this.#known.has(from)) this.#forwardedPeers.add(from);
    this.#enqueue(() => this.#open(from, body, again));
  }

  /** Seals a text for a known peer and sends it. @param {string} to @param {string} text */
  send(to, text) {
    const channel = this.#known.get(to)?.channel;
    if (channel === undefined) return;
    this.#outgoing = this.#outgoing.then(async () => this.#send(to, await channel.wrap(text))).catch(() => {});
  }

  /** For a safety code; null for a peer that is not verified. @param {string} pid @returns {SasPair | null} */
  pairOf(pid) {
    return this.#known.get(pid)?.channel.sas ?? null;
  }

  /** Refuses this tab for the rest of the session, whatever it or the relay says. @param {string} pid @param {string} reason */
  block(pid, reason) {
    this.#blocked.set(pid, reason);
  }

  /** Ignores this tab for the rest of the session: it was removed, and a relay that brings it back lies. @param {string} pid */
  shun(pid) {
    this.#shunned.set(pid, true);
    this.#former.delete(pid);
    this.#early.release(pid);
  }

  /** Stops; no event follows. */
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
      const verified = await this.#authenticateAll(peers);
      this.emit(type, { peers: verified });
      await this.#openEarly(verified);
    });
  }

  /** @param {Peer[]} peers whose arrival was just announced */
  async #openEarly(peers) {
    for (const { pid } of peers) {
      const bodies = this.#early.release(pid);
      for (const { body, unsure } of bodies) await this.#open(pid, body, unsure);
    }
  }

  /** @param {Peer[]} peers */
  async #authenticateAll(peers) {
    const here = new Set(peers.map(({ pid }) => pid));
    this.#known.setHere(here);
    for (const pid of [...this.#refused]) {
      if (here.has(pid)) continue;
      this.#refused.delete(pid);
      this.emit("peer-left", { pid, final: false });
    }
    const verified = await Promise.all(peers.map((peer) => this.#authenticate(peer)));
    return verified.filter((peer) => peer !== null);
  }

  /** @param {Peer} peer @returns {Promise<KnownPeer | null>} */
  async #authenticate(peer) {
    const { pid } = peer;
    if (pid === this.#identity.pid || this.#shunned.has(pid)) return null;
    const blockedFor = this.#blocked.get(pid);
    if (blockedFor !== undefined) return this.#refuse(peer, blockedFor);
    const known = this.#known.get(pid);
    const believed = known !== undefined && this.#isBelieved(pid, known);
    try {
      const seal = believed ? this.#sealOf(known, peer.hello) : this.#seal;
      if (seal === null) return { ...peer, hello: known?.hello.profile ?? "", fingerprint: known?.hello.fingerprint ?? "" };
      const hello = await readSealedHello(seal, pid, peer.hello);
      // A tab keeps its keys for its whole life.
      if (known && !sameKeys(known.hello, hello)) throw new HelloRefused("key");
      if (known) Object.assign(known, { hello, epoch: seal.epoch });
      else await this.#openChannel(peer, hello);
      if (seal === this.#seal) this.#former.delete(pid);
      this.#refused.delete(pid);
      return { ...peer, hello: hello.profile, fingerprint: hello.fingerprint };
    } catch (error) {
      // Another member who uses the pid of someone who has left speaks for no one.
      if (believed && known.member === peer.member) {
        // They were verified before: a forged hello in their name changes nothing.
        this.emit("tampered", { pid, reason: "forged" });
        return { ...peer, hello: known.hello.profile, fingerprint: known.hello.fingerprint };
      }
      // Any other failure with a stranger's hello (a key that is not a point on the curve) is malformed, too.
      return this.#refuse(peer, error instanceof HelloRefused ? error.reason : "malformed");
    }
  }

  /** Whether they have proved the key in force, or are in the middle of changing to it. @param {string} pid @param {Known} known */
  #isBelieved(pid, known) {
    return known.epoch === this.#seal.epoch || this.#former.has(pid);
  }

  /** @param {Peer} peer @param {string} reason */
  #refuse(peer, reason) {
    this.#refused.add(peer.pid);
    this.emit("refused", { peer, reason });
    return null;
  }

  /**
   * Returns null for a hello that says nothing new of a known peer: made with the next key, which we do not have yet, or with one from
   * before the one that they proved.
   * @param {Known} known @param {string} text @returns {RoomSeal | null}
   */
  #sealOf(known, text) {
    const epoch = helloEpoch(text);
    if (epoch > this.#seal.epoch || (epoch >= 0 && epoch < known.epoch)) return null;
    return this.#earlier.find((seal) => seal.epoch === epoch) ?? this.#seal;
  }

  /** @param {Peer} peer @param {Hello} hello */
  async #openChannel({ pid, member }, hello) {
    const { privateKey, fingerprint } = this.#identity;
    const mine = { pid: this.#identity.pid, fixed: fixedPart(this.#seal, this.#identity), fingerprint, privateKey };
    const compresses = this.#readsCompressed(hello.profile);
    const channel = await openPairChannel(this.#seal, mine, { pid, ...hello, compresses });
    const { sent, heard } = this.#counters.get(pid) ?? { sent: 0, heard: 0 };
    channel.continueFrom({ sent: Math.max(sent, this.#sentFloor), heard });
    this.#known.set(pid, { member, hello, channel, epoch: this.#seal.epoch });
  }

  /** @param {string} pid who left long ago @param {PairChannel} channel */
  #keepCounters(pid, channel) {
    this.#counters.set(pid, channel.counters);
    this.#sentFloor = Math.max(this.#sentFloor, channel.counters.sent);
    this.#forwardedPeers.delete(pid);
    this.#former.delete(pid);
  }

  /** @param {string} from @param {string} body @param {boolean} unsure whether they wrote it: then no one is accused of what does not open */
  async #open(from, body, unsure) {
    const known = this.#known.get(from);
    if (this.#blocked.has(from) || this.#shunned.has(from) || this.#refused.has(from)) return;
    if (known === undefined || !this.#isBelieved(from, known)) return this.#early.queue(from, { body, unsure });
    try {
      const text = await known.channel.unwrap(body);
      if (!this.#closed) this.emit("message", { from, body: text });
    } catch (error) {
      const reason = error instanceof EnvelopeRefused ? error.reason : "malformed";
      if (unsure || (reason === "replayed" && this.#forwardedPeers.has(from))) return;
      this.emit("tampered", { pid: from, reason });
    }
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
