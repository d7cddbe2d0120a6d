/**
 * The pictures of a chat. A message names its pictures; each browser asks the author for those that it wants, by itself as far as
 * its allowance goes, and otherwise when the person presses *Load*. So nothing is sent that no one takes, and people who join later
 * can have what its author still has.
 */

import { safeName } from "../files/protocol/safe-name.js";
import { NOTHING } from "../gate/topic.js";
import { Emitter } from "../lib/emitter.js";
import { LIMITS, readPictureOffered, readPictureWanted, TOPICS } from "./messages.js";
import { PictureLoader } from "./picture-loader.js";
import { PictureSender } from "./picture-sender.js";
import { SharedPicture } from "./shared-picture.js";

/** @import { FileExchange } from "../files/exchange.js" */
/** @import { Allowance } from "../files/receive/allowance.js" */
/** @import { Chat, Participant, Room, Sent } from "./chat.js" */
/** @import { Entry, Recipient } from "./log.js" */
/** @import { Picture, PictureWanted } from "./messages.js" */
/** @import { PictureFormat } from "./picture-format.js" */

/** @typedef {{file: File, format: PictureFormat}} ChosenPicture */

/** Bytes that stay in memory: beyond them, those pictures go that were not looked at for longest. Our own are on the disk, mostly. */
const KEPT_BYTES = Object.freeze({ received: 100_000_000, own: 500_000_000 });

/**
 * @typedef {object} ChatPicturesEvents
 * @property {{picture: SharedPicture}} changed any property but the progress
 */

/** @extends {Emitter<ChatPicturesEvents>} */
export class ChatPictures extends Emitter {
  #chat;
  #room;
  #allowance;
  #loader;
  #sender;
  #wanted;
  /** By the key of the entry. @type {Map<string, SharedPicture[]>} */
  #byEntry = new Map();
  /** Those in memory, the ones that were looked at last at the end. @type {Set<SharedPicture>} */
  #kept = new Set();
  /** What the message that is being sent names. @type {Map<Picture, ChosenPicture>} */
  #sending = new Map();

  #keptBytes;

  /**
   * @param {{chat: Chat, room: Room, exchange: FileExchange, allowance: Allowance, keptBytes?: typeof KEPT_BYTES}} call keptBytes: the limits of memory
   * @param {AbortSignal} signal
   */
  constructor({ chat, room, exchange, allowance, keptBytes = KEPT_BYTES }, signal) {
    super();
    this.#keptBytes = keptBytes;
    this.#chat = chat;
    this.#room = room;
    this.#allowance = allowance;
    const { mesh } = room;
    this.#wanted = mesh.topic(TOPICS.wanted, { read: readPictureWanted, perMinute: LIMITS.picturesPerMinute, creates: NOTHING });
    this.#wanted.on("message", ({ pid, message }) => this.#onWanted(pid, message), { signal });
    const offered = mesh.topic(TOPICS.offered, { read: readPictureOffered, perMinute: LIMITS.picturesPerMinute, creates: NOTHING });
    offered.on("message", ({ pid, message }) => this.#loader.onOffered(pid, message), { signal });
    const isConnected = (/** @type {string} */ pid) => mesh.peers.get(pid)?.state === "connected";
    this.#loader = new PictureLoader(exchange, { ask: (picture) => this.#ask(picture), isConnected }, signal);
    this.#loader.on("changed", ({ picture }) => this.#onChanged(picture), { signal });
    this.#sender = new PictureSender(exchange, (pid, answer) => void offered.send(pid, answer));
    this.#sender.on("changed", ({ picture }) => this.emit("changed", { picture }), { signal });
    chat.on("message", ({ entry, live }) => this.#onMessage(entry, live), { signal });
    chat.on("changed", ({ entry }) => (entry.deleted ? this.#forgetEntry(entry) : this.#updateReach(entry.pid)), { signal });
    chat.on("dropped", ({ entry }) => this.#forgetEntry(entry), { signal });
    mesh.on("peer-channel-open", ({ pid }) => this.#onPeerOpen(pid), { signal });
    mesh.on("peer-removed", ({ pid }) => this.#onPeerGone(pid), { signal });
    signal.addEventListener("abort", () => this.#close());
  }

  /** @param {string} input @param {ChosenPicture[]} chosen @param {{to?: Recipient | null, reply?: string}} [options] as in `Chat` @returns {Sent} */
  send(input, chosen, options) {
    this.#sending = new Map(chosen.map((one) => [state(one), one]));
    return this.#chat.sendMessage(input, { ...options, pictures: [...this.#sending.keys()] });
  }

  /** @param {Entry} entry @returns {readonly SharedPicture[]} */
  of({ key }) {
    return this.#byEntry.get(key) ?? [];
  }

  /** Those that are here and can be shown, in the order of the messages. @returns {SharedPicture[]} */
  get shown() {
    return this.#chat.log.entries.flatMap((entry) => this.of(entry)).filter(({ blob, format }) => blob && format);
  }

  /** @param {SharedPicture} picture */
  load(picture) {
    this.#loader.load(picture, { first: true });
  }

  /** @param {SharedPicture} picture that is loading */
  cancel(picture) {
    if (picture.state === "loading") this.#loader.release(picture);
  }

  /** It is being looked at, so others are dropped first. @param {SharedPicture} picture */
  keep(picture) {
    if (!picture.blob) return;
    this.#kept.delete(picture);
    this.#kept.add(picture);
  }

  /** @param {Entry} entry @param {boolean} live */
  #onMessage(entry, live) {
    if (entry.pictures.length === 0) return;
    const pictures = entry.pictures.map((stated, index) => new SharedPicture(entry, index, stated));
    this.#byEntry.set(entry.key, pictures);
    if (entry.own) return this.#addOwn(pictures);
    this.#updateReach(entry.pid);
    if (live) for (const picture of pictures) if (this.#isAllowed(picture)) this.#loader.load(picture);
  }

  /** @param {SharedPicture[]} pictures */
  #addOwn(pictures) {
    for (const picture of pictures) {
      const chosen = this.#sending.get(picture.stated);
      picture.blob = chosen?.file ?? null;
      picture.format = chosen?.format ?? null;
      picture.state = "here";
      for (const pid of picture.entry.waiting) picture.missing.set(pid, null);
      this.#addKept(picture);
    }
    this.#sending = new Map();
  }

  /** @param {SharedPicture} picture */
  #isAllowed({ entry: { pid }, stated: { size }, canLoad }) {
    const person = /** @type {Participant & {member?: string} | undefined} */ (this.#room.people.get(pid));
    return canLoad && this.#allowance.consume("chat", person?.member || pid, [size]);
  }

  /** @param {SharedPicture} picture */
  #ask({ entry: { id, pid }, index }) {
    this.#wanted.send(pid, { id, picture: index });
  }

  /** @param {string} pid @param {PictureWanted} wanted */
  #onWanted(pid, wanted) {
    if (!this.#room.people.has(pid)) return;
    // A private picture is for one.
    const entry = this.#chat.log.entries.find(({ own, id, to }) => own && id === wanted.id && (to === null || to.pid === pid));
    void this.#sender.onWanted(pid, wanted, entry && this.of(entry)[wanted.picture]);
  }

  /** @param {SharedPicture} picture */
  #onChanged(picture) {
    if (picture.blob) this.#addKept(picture);
    else this.#kept.delete(picture);
    this.emit("changed", { picture });
  }

  /** @param {SharedPicture} picture */
  #addKept(picture) {
    this.keep(picture);
    const bytes = (/** @type {SharedPicture[]} */ some) => some.reduce((sum, { blob }) => sum + (blob?.size ?? 0), 0);
    const same = [...this.#kept].filter(({ own }) => own === picture.own);
    while (bytes(same) > this.#keptBytes[picture.own ? "own" : "received"]) this.#drop(/** @type {SharedPicture} */ (same.shift()));
  }

  /** Frees the memory of a picture. @param {SharedPicture} picture */
  #drop(picture) {
    this.#kept.delete(picture);
    if (!picture.own) return this.#loader.release(picture);
    picture.blob = null;
    this.emit("changed", { picture });
  }

  /** @param {Entry} entry */
  #forgetEntry(entry) {
    for (const picture of this.of(entry)) this.#drop(picture);
    this.#byEntry.delete(entry.key);
  }

  /** @param {string} pid @returns {SharedPicture[]} */
  #picturesOf(pid) {
    return [...this.#byEntry.values()].flat().filter(({ entry, own }) => entry.pid === pid && !own);
  }

  /** @param {string} pid of an author */
  #updateReach(pid) {
    const peer = this.#room.mesh.peers.get(pid);
    const isHere = peer !== undefined && peer.state !== "refused";
    for (const picture of this.#picturesOf(pid)) {
      if (picture.isWithinReach === isHere) continue;
      picture.isWithinReach = isHere;
      if (!isHere) this.#loader.abandon(picture);
      this.emit("changed", { picture });
    }
  }

  /** @param {string} pid */
  #onPeerOpen(pid) {
    this.#updateReach(pid);
    this.#loader.askAgain(pid);
  }

  /** @param {string} pid */
  #onPeerGone(pid) {
    this.#updateReach(pid);
    this.#sender.forgetPeer(pid);
    for (const picture of [...this.#byEntry.values()].flat()) if (picture.missing.delete(pid)) this.emit("changed", { picture });
  }

  #close() {
    for (const picture of [...this.#byEntry.values()].flat()) this.#drop(picture);
    for (const { pid } of this.#room.people.values()) this.#sender.forgetPeer(pid);
  }
}

/** @param {ChosenPicture} chosen @returns {Picture} */
function state({ file: { name, size }, format: { width, height } }) {
  return { name: safeName(name), size, width, height };
}
