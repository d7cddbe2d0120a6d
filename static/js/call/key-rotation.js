/**
 * The room key during a call: replaced when a person who had it was removed, and passed from browser to browser.
 *
 * A browser takes a key for which there are two witnesses: a host's browser, which sends it, and the server, which names its epoch
 * and check value. Until both have spoken, nothing is stored and the former key counts. A new key goes only to peers who were
 * connected when it became due and whom the server still lists. Open connections stay: each is pinned to the certificate of its
 * peer; but a peer who does not prove the new key in time is cut off. A call that began without a key never accepts one: the server
 * that introduced its people could be listening.
 */

import { HOSTS } from "../signaling/roles.js";
import { Emitter } from "../lib/emitter.js";
import { fromBase64Url, toBase64Url } from "../lib/encoding.js";
import { loadRoomKey, saveRoomKey } from "../keys/key-store.js";
import { roomKeyCheck } from "../keys/room-key.js";
import { makeRoomSeal } from "../keys/room-seal.js";
import { setRoomKey } from "../keys/set-room-key.js";
import { findRoomKey } from "../keys/held-room-key.js";

/** @import { Bytes } from "../lib/encoding.js" */
/** @import { Room } from "../signaling/wire.js" */
/** @import { CallSession } from "./session.js" */

/** Time for the removed person to be gone before the key rotates; random, so that one host is first. */
const ROTATE_AFTER_MS = 1_000;
const ROTATE_SPREAD_MS = 1_000;
/** After the server could not be reached with the new key. */
const RETRY_MS = 10_000;
/** How long a key that the server announced may take to arrive from a peer. */
const KEY_TIMEOUT_MS = 8_000;
/** How long peers have to prove the new key to us, while the server can be reached. */
export const TRANSITION_MS = 20_000;
/** So many changes of the key can have been missed: a browser that was away for more needs a new link. */
const MAX_MISSED = 8;
const TOPIC = "rekey";
const PER_MINUTE = 12;

/**
 * @typedef {object} KeyRotationEvents
 * @property {{epoch: number, keyCheck: string}} renewed the call continues under a new key
 * @property {void} missing the room has a new key, and no one sent it to us
 */

/** @extends {Emitter<KeyRotationEvents>} */
export class KeyRotation extends Emitter {
  #session;
  #topic;
  #slug;
  #setKeyUrl;
  /** @type {Room | null} as the server sent it last */
  #room = null;
  /** What hosts have sent and the server has not named, the latest of each. @type {Map<string, SentKey>} */
  #sent = new Map();
  /** Pids that were connected when the next key became due; null: it is not. @type {Set<string> | null} */
  #entitled = null;
  /** @type {Set<string>} pids that still need the current key */
  #pendingRecipients = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #transition;
  #queue = Promise.resolve();
  #life = new AbortController();

  /**
   * @param {CallSession} session
   * @param {{slug: string, setKeyUrl: string | null}} options setKeyUrl: null for people who can never set a key
   */
  constructor(session, { slug, setKeyUrl }) {
    super();
    this.#session = session;
    this.#slug = slug;
    this.#setKeyUrl = setKeyUrl;
    const { signal } = this.#life;
    const { mesh } = session;
    session.on("entered", ({ room, again, listed }) => {
      const inside = again ? listed.filter((pid) => mesh.peers.has(pid)) : listed;
      this.#onRoom(room, inside);
    }, { signal });
    session.on("room", ({ room }) => this.#onRoom(room, mesh.peers.keys()), { signal });
    this.#topic = mesh.topic(TOPIC, { read: readSentKey, perMinute: PER_MINUTE, creates: { keys: 1 } });
    this.#topic.on("message", ({ pid, message }) => this.#onKeyReceived(pid, message), { signal });
    const retry = (/** @type {{pid: string}} */ { pid }) => this.#pendingRecipients.has(pid) && this.#enqueue(() => this.#sendKey());
    mesh.on("peer-channel-open", retry, { signal });
    mesh.on("peer-updated", retry, { signal });
    mesh.on("peer-removed", ({ pid }) => this.#sent.delete(pid), { signal });
    signal.addEventListener("abort", () => [this.#timer, this.#transition].forEach((timer) => clearTimeout(timer)));
  }

  close() {
    this.#life.abort();
  }

  get #epoch() {
    return this.#session.seal.epoch;
  }

  get #canExportKey() {
    return HOSTS.includes(this.#session.self.role);
  }

  /** @param {Room} room @param {Iterable<string>} inside pids that are connected, or on entering those that are listed */
  #onRoom(room, inside) {
    this.#room = room;
    if (this.#epoch === 0 || room.epoch < this.#epoch) return;
    if (room.epoch > this.#epoch || room.rekey_required) this.#entitled ??= new Set(inside);
    else this.#entitled = null;
    if (room.epoch > this.#epoch) this.#enqueue(() => this.#findNewKey({ wait: true }));
    else if (room.rekey_required && this.#canExportKey && this.#setKeyUrl !== null) this.#schedule(() => this.#rotate(), randomDelay());
  }

  /**
   * Another tab here may have made the key; otherwise a peer sends it.
   * @param {{wait?: boolean, timedOut?: boolean}} [how] wait: a peer gets time to send it; timedOut: a peer had time to
   */
  async #findNewKey({ wait = false, timedOut = false } = {}) {
    const room = this.#room;
    if (room === null || room.epoch <= this.#epoch) return;
    const { state, key } = await findRoomKey(this.#slug, room.epoch, room.key_check);
    if (state === "fits" && key !== null) return this.#adopt(room.epoch, key);
    const sent = await this.#findSent(room);
    if (sent !== null) {
      await saveRoomKey(this.#slug, room.epoch, sent.key, { extractable: this.#canExportKey, byHosts: sent.byHosts });
      return this.#adopt(room.epoch, sent.key);
    }
    if (timedOut) return this.emit("missing");
    if (wait) this.#schedule(() => this.#findNewKey({ timedOut: true }), KEY_TIMEOUT_MS);
  }

  /** The key that a host has sent and the server names. @param {Room} room @returns {Promise<SentKey | null>} */
  async #findSent({ epoch, key_check: check, join_rule: joinRule }) {
    const held = await loadRoomKey(this.#slug);
    for (const sent of [...this.#sent.values()].reverse()) {
      if (sent.epoch !== epoch || !fitsJoinRule(sent.byHosts, joinRule, held?.byHosts ?? false)) continue;
      if (toBase64Url(await roomKeyCheck(sent.key, this.#slug, epoch)) === check) return sent;
    }
    return null;
  }

  /** @returns {Promise<void>} */
  async #rotate() {
    const epoch = this.#epoch + 1;
    if (!this.#room?.rekey_required || this.#room.epoch !== this.#epoch) return;
    const held = await loadRoomKey(this.#slug);
    if (held?.epoch !== this.#epoch || held.raw === undefined) return;
    let mine;
    try {
      mine = await setRoomKey({ slug: this.#slug, epoch, url: this.#setKeyUrl ?? "", byHosts: held.byHosts });
    } catch {
      return this.#schedule(() => this.#rotate(), RETRY_MS);
    }
    const made = mine ? await loadRoomKey(this.#slug) : null;
    if (made?.epoch === epoch) await this.#adopt(epoch, made.key);
  }

  /** @param {string} pid @param {SentKey} sent */
  #onKeyReceived(pid, sent) {
    const sender = this.#session.people.get(pid);
    if (!sender || !HOSTS.includes(sender.role) || this.#epoch === 0) return;
    if (sent.epoch <= this.#epoch || sent.epoch > this.#epoch + MAX_MISSED) return;
    this.#sent.set(pid, sent);
    this.#enqueue(() => this.#findNewKey());
  }

  /** @param {number} epoch @param {Bytes | CryptoKey} key */
  async #adopt(epoch, key) {
    clearTimeout(this.#timer);
    const { mesh, socket } = this.#session;
    const entitled = [...(this.#entitled ?? mesh.peers.keys())];
    // The tab joins again in a moment, and until then the server lists no one.
    const listed = new Set(entitled.filter((pid) => socket.hasPeer(pid)));
    await this.#session.rekey(await makeRoomSeal(this.#slug, epoch, key));
    this.#sent.clear();
    this.#entitled = null;
    this.#pendingRecipients = new Set(entitled);
    await this.#sendKey(listed);
    this.#endTransitionLater(epoch);
    this.emit("renewed", { epoch, keyCheck: toBase64Url(await roomKeyCheck(key, this.#slug, epoch)) });
  }

  /** @param {ReadonlySet<string>} [listed] pids that the server has just listed */
  async #sendKey(listed) {
    const held = this.#canExportKey ? await loadRoomKey(this.#slug) : null;
    if (held?.raw === undefined || held.epoch !== this.#epoch) return this.#pendingRecipients.clear();
    const payload = { epoch: held.epoch, key: toBase64Url(held.raw), by_hosts: held.byHosts };
    for (const pid of this.#pendingRecipients) {
      // A tab that was removed may have left the server before, and kept its connection to us.
      if ((listed?.has(pid) || this.#session.socket.hasPeer(pid)) && this.#topic.send(pid, payload)) this.#pendingRecipients.delete(pid);
    }
  }

  /** @param {number} epoch that has begun */
  #endTransitionLater(epoch) {
    clearTimeout(this.#transition);
    this.#transition = setTimeout(() => this.#enqueue(() => this.#endTransition(epoch)), TRANSITION_MS);
  }

  /** @param {number} epoch */
  async #endTransition(epoch) {
    const { link, mesh, socket } = this.#session;
    // Without a server, no one could have proved anything.
    if (socket.state !== "open") return this.#endTransitionLater(epoch);
    for (const pid of await link.endTransition(epoch)) {
      this.#pendingRecipients.delete(pid);
      mesh.disconnect(pid);
    }
  }

  /** @param {() => Promise<void>} task */
  #enqueue(task) {
    // A task that failed (storage, no answer) runs again with the next message about the room.
    this.#queue = this.#queue.then(() => (this.#life.signal.aborted ? undefined : task())).catch(() => undefined);
  }

  /** @param {() => Promise<void>} task @param {number} ms */
  #schedule(task, ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#enqueue(task), ms);
  }
}

/** @typedef {{epoch: number, key: Bytes, byHosts: boolean}} SentKey */

/**
 * Whether what a host says of a key agrees with the join rule that the server names: alone, neither makes this browser put a key
 * into guests' links that hosts have given them so far.
 * @param {boolean} byHosts as sent @param {string} joinRule @param {boolean} before of the key in force
 */
export function fitsJoinRule(byHosts, joinRule, before) {
  if (joinRule === "locked") return byHosts || !before;
  return byHosts === (joinRule === "knock");
}

/** Reads `rekey`: `{epoch, key, by_hosts}`, the key as 32 bytes of base64url. @param {any} payload @returns {SentKey | null} */
function readSentKey(payload) {
  const { epoch, key, by_hosts: byHosts } = payload ?? {};
  if (!Number.isSafeInteger(epoch) || epoch < 2 || typeof key !== "string" || key.length !== 43) return null;
  if (typeof byHosts !== "boolean") return null;
  try {
    return { epoch, key: fromBase64Url(key), byHosts };
  } catch {
    return null;
  }
}

function randomDelay() {
  return ROTATE_AFTER_MS + Math.random() * ROTATE_SPREAD_MS;
}
