/**
 * The room key during a call: made anew when somebody who held it was put out, handed over from browser to browser.
 *
 * A new key goes only to those with whom this call is connected under the key before, and only from an owner or moderator.
 * Connections that stand stay as they are: they are pinned to the tabs at their ends. Newcomers are believed by the new
 * key alone. A call that began without a key never takes one over: whoever introduced its people could be listening.
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

/** How long whoever was put out is given to be gone before the others get a new key; spread, so that one is first. */
const ROTATE_AFTER_MS = 1_000;
const ROTATE_SPREAD_MS = 1_000;
/** When the server could not be asked to take the new key. */
const RETRY_MS = 10_000;
/** How long a key of which the server tells may be on its way to us. */
const KEY_TIMEOUT_MS = 8_000;
const TOPIC = "rekey";
/** New keys of one host that are read: honest ones come seldom. */
const PER_MINUTE = 12;

/**
 * @typedef {object} KeyRotationEvents
 * @property {{epoch: number, keyCheck: string}} renewed the call goes on under a new key
 * @property {void} missing the room has a new key, and no one sent it to us
 */

/** @extends {Emitter<KeyRotationEvents>} */
export class KeyRotation extends Emitter {
  #session;
  #topic;
  #slug;
  #setKeyUrl;
  /** @type {Room | null} as the server told last */
  #room = null;
  /** @type {Set<string>} pids of those who are still to get the key of now */
  #pendingRecipients = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #queue = Promise.resolve();
  #life = new AbortController();

  /**
   * @param {CallSession} session
   * @param {{slug: string, setKeyUrl: string | null}} options setKeyUrl: null for those who can never make a new key
   */
  constructor(session, { slug, setKeyUrl }) {
    super();
    this.#session = session;
    this.#slug = slug;
    this.#setKeyUrl = setKeyUrl;
    const { signal } = this.#life;
    session.on("entered", ({ room }) => this.#onRoom(room), { signal });
    session.on("room", ({ room }) => this.#onRoom(room), { signal });
    this.#topic = session.mesh.topic(TOPIC, { read: readHandedKey, perMinute: PER_MINUTE });
    this.#topic.on("message", ({ pid, message }) => this.#onKeyReceived(pid, message), { signal });
    session.mesh.on("peer-channel-open", ({ pid }) => this.#pendingRecipients.has(pid) && this.#enqueue(() => this.#sendKey()), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** Ends with the call. */
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

  /**
   * Another tab of this browser may have made the key; else somebody hands it over, or nobody does.
   * @param {boolean} [again] whether there was time to hand it over
   */
  async #findNewKey(again = false) {
    const room = this.#room;
    if (room === null || room.epoch <= this.#epoch) return;
    const { state, key } = await findRoomKey(this.#slug, room.epoch, room.key_check);
    if (state === "fits" && key !== null) return this.#adopt(room.epoch, key);
    if (again) return this.emit("missing");
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

  /** Somebody hands a key over. @param {string} pid @param {HandedKey} handed */
  #onKeyReceived(pid, handed) {
    const teller = this.#session.people.get(pid);
    if (!teller || !HOSTS.includes(teller.role) || this.#epoch === 0) return;
    this.#enqueue(async () => {
      const { epoch, key, byHosts } = handed;
      if (epoch <= this.#epoch) return;
      const check = toBase64Url(await roomKeyCheck(key, this.#slug, epoch));
      // The server cannot know a key, but it knows whether this is the one that the room was given.
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

  /** One act at a time. @param {() => Promise<void>} act */
  #enqueue(act) {
    // An act that failed (storage, no answer) is tried again when the server next tells of the room.
    this.#queue = this.#queue.then(() => (this.#life.signal.aborted ? undefined : act())).catch(() => undefined);
  }

  /** @param {() => Promise<void>} act @param {number} ms */
  #schedule(act, ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#enqueue(act), ms);
  }
}

/** @typedef {{epoch: number, key: Bytes, byHosts: boolean}} HandedKey */

/**
 * Reads what came on the topic: `{epoch, key, by_hosts}`, the key as 32 bytes of base64url.
 * @param {any} payload @returns {HandedKey | null}
 */
function readHandedKey(payload) {
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
