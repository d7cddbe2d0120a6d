/**
 * The room key during a call: replaced when a person who had it was removed, and passed from browser to browser.
 *
 * A new key goes only to peers who are connected under the previous key, and only from hosts. Open connections stay: each is
 * pinned to the certificate of its peer. New peers must prove the new key. A call that began without a key never accepts one:
 * the server that introduced its people could be listening.
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
  /** @type {Set<string>} pids that still need the current key */
  #pendingRecipients = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
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
    session.on("entered", ({ room }) => this.#onRoom(room), { signal });
    session.on("room", ({ room }) => this.#onRoom(room), { signal });
    this.#topic = session.mesh.topic(TOPIC, { read: readSentKey, perMinute: PER_MINUTE });
    this.#topic.on("message", ({ pid, message }) => this.#onKeyReceived(pid, message), { signal });
    session.mesh.on("peer-channel-open", ({ pid }) => this.#pendingRecipients.has(pid) && this.#enqueue(() => this.#sendKey()), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
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

  /** @param {Room} room */
  #onRoom(room) {
    this.#room = room;
    if (this.#epoch === 0 || room.epoch < this.#epoch) return;
    if (room.epoch > this.#epoch) this.#enqueue(() => this.#findNewKey());
    else if (room.rekey_required && this.#canExportKey && this.#setKeyUrl !== null) this.#schedule(() => this.#rotate(), randomDelay());
  }

  /** Another tab here may have made the key; otherwise a peer sends it. @param {boolean} [timedOut] whether a peer had time to */
  async #findNewKey(timedOut = false) {
    const room = this.#room;
    if (room === null || room.epoch <= this.#epoch) return;
    const { state, key } = await findRoomKey(this.#slug, room.epoch, room.key_check);
    if (state === "fits" && key !== null) return this.#adopt(room.epoch, key);
    if (timedOut) return this.emit("missing");
    this.#schedule(() => this.#findNewKey(true), KEY_TIMEOUT_MS);
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
    this.#enqueue(async () => {
      const { epoch, key, byHosts } = sent;
      if (epoch <= this.#epoch) return;
      const check = toBase64Url(await roomKeyCheck(key, this.#slug, epoch));
      // The server does not know the key, but its check value says whether this is the key of the room.
      if (this.#room?.epoch === epoch && this.#room.key_check !== check) return;
      await saveRoomKey(this.#slug, epoch, key, { extractable: this.#canExportKey, byHosts });
      await this.#adopt(epoch, key);
    });
  }

  /** @param {number} epoch @param {Bytes | CryptoKey} key */
  async #adopt(epoch, key) {
    clearTimeout(this.#timer);
    await this.#session.rekey(await makeRoomSeal(this.#slug, epoch, key));
    this.#pendingRecipients = new Set(this.#session.mesh.peers.keys());
    await this.#sendKey();
    this.emit("renewed", { epoch, keyCheck: toBase64Url(await roomKeyCheck(key, this.#slug, epoch)) });
  }

  async #sendKey() {
    const held = this.#canExportKey ? await loadRoomKey(this.#slug) : null;
    if (held?.raw === undefined || held.epoch !== this.#epoch) return this.#pendingRecipients.clear();
    const payload = { epoch: held.epoch, key: toBase64Url(held.raw), by_hosts: held.byHosts };
    for (const pid of this.#pendingRecipients) if (this.#topic.send(pid, payload)) this.#pendingRecipients.delete(pid);
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
