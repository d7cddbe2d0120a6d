/**
 * The chat of a call: from browser to browser, kept only by the people in the call. A message goes to every peer, or to one, and is
 * sent again each time a channel opens, until the peer confirms it; so is each change that its author makes. New peers ask for the
 * history (history.js), which has no private messages.
 */

import { Emitter } from "../lib/emitter.js";
import { NOTHING } from "../gate/topic.js";
import { toBase64Url } from "../lib/encoding.js";
import { RateLimiter } from "../lib/rate-limiter.js";
import { HOSTS } from "../signaling/roles.js";
import { History } from "./history.js";
import { ChatLog, isDeleted } from "./log.js";
import { cleanText, isTooLong, LIMITS, readChatMessage, readChatReceipt, TOPICS, withAny } from "./messages.js";

/** @import { Mesh } from "../peer/mesh.js" */
/** @import { Entry, Recipient } from "./log.js" */
/** @import { ChatMessage, Kept, Picture } from "./messages.js" */
/** @typedef {{pid: string, name: string, role?: string, state?: string}} Participant */
/** @typedef {{mesh: Mesh, self: Participant, people: ReadonlyMap<string, Participant>}} Room */
/** @typedef {"sent" | "empty" | "too-long" | "too-fast" | "gone" | "denied" | "too-often"} Sent gone: the only recipient has left; too-often: changed */
/** @typedef {(person: Participant) => boolean} MayWrite to everyone, now */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * @typedef {object} ChatEvents
 * @property {{entry: Entry, live: boolean, loud: boolean}} message one was added to `log`; live: false for history; loud: it may be announced
 * @property {{entry: Entry}} changed its author has confirmed, changed or deleted it, or a peer has received it
 * @property {{entry: Entry}} dropped one is no longer in `log`, for lack of room
 */

/** @extends {Emitter<ChatEvents>} */
export class Chat extends Emitter {
  log = new ChatLog();
  #room;
  #mesh;
  #sendLimiter = new RateLimiter(LIMITS.sentPerMinute);
  #mayWrite;
  #messages;
  #privately;
  #receipts;

  /** @param {Room} room @param {AbortSignal} signal @param {{mayWrite?: MayWrite}} [options] */
  constructor(room, signal, { mayWrite = () => true } = {}) {
    super();
    this.#mayWrite = mayWrite;
    this.#room = room;
    this.#mesh = room.mesh;
    this.#messages = this.#mesh.topic(TOPICS.message, { read: readChatMessage, perMinute: LIMITS.receivedPerMinute, creates: { rows: 1, alerts: 1 } });
    this.#messages.on("message", ({ pid, message, loud }) => this.#onMessage(pid, message, loud), { signal });
    this.#privately = this.#mesh.topic(TOPICS.private, { read: readChatMessage, perMinute: LIMITS.receivedPerMinute, creates: { rows: 1, alerts: 1 } });
    this.#privately.on("message", ({ pid, message, loud }) => this.#onMessage(pid, message, loud, { pid: room.self.pid, name: room.self.name }), { signal });
    this.#receipts = this.#mesh.topic(TOPICS.receipt, { read: readChatReceipt, perMinute: LIMITS.receivedPerMinute, creates: NOTHING });
    this.#receipts.on("message", ({ pid, message }) => this.#onReceipt(pid, message), { signal });
    this.#mesh.on("peer-channel-open", ({ pid }) => this.#resendWaiting(pid), { signal });
    this.#mesh.on("peer-removed", ({ pid }) => this.#onPeerGone(pid), { signal });
    this.#mesh.on("peer-state", ({ pid, state }) => state === "refused" && this.#onPeerGone(pid), { signal });
    const history = new History(this.#mesh, { kept: () => this.#kept(), have: (pid) => this.#have(pid) }, signal);
    history.on("kept", ({ pid, kept }) => this.#onHistory(pid, kept), { signal });
  }

  /**
   * @param {string} input @param {{pictures?: Picture[], to?: Recipient | null, reply?: string}} [options] to: null for everyone; reply: the id
   *   of the message that this one answers @returns {Sent}
   */
  sendMessage(input, { pictures = [], to = null, reply = "" } = {}) {
    if (isTooLong(input)) return "too-long";
    const text = cleanText(input);
    if (text === "" && pictures.length === 0) return "empty";
    if (to && this.#receivers(to).length === 0) return "gone";
    if (!this.#isAllowed(this.#room.self, to && this.#room.people.get(to.pid))) return "denied";
    if (!this.#sendLimiter.consume()) return "too-fast";
    const { pid, name } = this.#room.self;
    const id = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
    // Later than everything read so far, whatever the clocks say: an answer stays below its question.
    const at = Math.max(Date.now(), this.log.newest + 1);
    const { entry, dropped } = this.log.addMessage({ id, pid, name, at, text, pictures, reply }, { own: true, to });
    for (const peer of this.#receivers(to)) entry.waiting.add(peer);
    this.emit("message", { entry, live: true, loud: true });
    for (const one of dropped) this.emit("dropped", { entry: one });
    for (const peer of entry.waiting) this.#sendEntry(peer, entry);
    return "sent";
  }

  /** Changes a message of our own, wherever it was received. @param {Entry} entry @param {string} input @returns {Sent} */
  editMessage(entry, input) {
    if (isTooLong(input)) return "too-long";
    const text = cleanText(input);
    if (text === "" && entry.pictures.length === 0) return "empty";
    if (!this.#isAllowed(this.#room.self, entry.to && this.#room.people.get(entry.to.pid))) return "denied";
    return text === entry.text ? "sent" : this.#change(entry, text, entry.pictures);
  }

  /** Deletes a message of our own, wherever it was received. @param {Entry} entry @returns {Sent} */
  deleteMessage(entry) {
    return this.#change(entry, "", []);
  }

  /** @param {Entry} entry @param {string} text @param {readonly Picture[]} pictures @returns {Sent} */
  #change(entry, text, pictures) {
    if (!entry.own || entry.deleted) return "empty";
    // The last change is kept for the deletion.
    const isLast = text === "" && pictures.length === 0;
    if (entry.version >= LIMITS.versions - (isLast ? 0 : 1)) return "too-often";
    if (!this.#sendLimiter.consume()) return "too-fast";
    this.log.change(entry, { text, pictures, version: entry.version + 1 });
    for (const peer of this.#receivers(entry.to)) entry.waiting.add(peer);
    this.emit("changed", { entry });
    for (const peer of entry.waiting) this.#sendEntry(peer, entry);
    return "sent";
  }

  /** Who may not write to everyone may still write to a host. @param {Participant} author @param {Participant | null | undefined} to */
  #isAllowed(author, to) {
    return this.#mayWrite(author) || HOSTS.includes(to?.role ?? "");
  }

  /** @param {Recipient | null} to @returns {string[]} pids */
  #receivers(to) {
    const here = [...this.#mesh.peers].filter(([, { state }]) => state !== "refused").map(([pid]) => pid);
    return to ? here.filter((pid) => pid === to.pid) : here;
  }

  /** @param {string} pid @param {Entry} entry */
  #sendEntry(pid, { id, at, text, to, ...rest }) {
    (to ? this.#privately : this.#messages).send(pid, { id, at, text, ...withAny(rest) });
  }

  /** @param {string} pid @param {ChatMessage} message @param {boolean} loud @param {Recipient | null} [to] */
  #onMessage(pid, message, loud, to = null) {
    const author = this.#room.people.get(pid);
    // Without a receipt, their browser says that it was not delivered. What they wrote before they may always delete.
    if (author === undefined || !(this.#isAllowed(author, to && this.#room.self) || this.#deletesKnown(pid, message))) return;
    const { id, version } = message;
    this.#receipts.send(pid, { id, ...(version && { version }) });
    this.#addMessage({ ...message, pid, name: author.name }, { oldest: HOUR_MS, to }, true, loud);
  }

  /** @param {string} pid @param {ChatMessage} message */
  #deletesKnown(pid, message) {
    return isDeleted(message) && this.log.entries.some((one) => one.pid === pid && one.id === message.id && one.from === "");
  }

  /** @param {string} pid @param {{id: string, version: number}} receipt */
  #onReceipt(pid, { id, version }) {
    const entry = this.log.entries.find((one) => one.own && one.id === id);
    if (entry?.version === version && entry.waiting.delete(pid)) this.emit("changed", { entry });
  }

  /** @param {string} pid */
  #resendWaiting(pid) {
    for (const entry of this.log.entries) if (entry.waiting.has(pid)) this.#sendEntry(pid, entry);
  }

  /** @param {string} pid has left, or was refused */
  #onPeerGone(pid) {
    for (const entry of this.log.entries) if (entry.waiting.delete(pid)) this.emit("changed", { entry });
  }

  /**
   * Adds a peer's history. A message of a third person is accepted only while its author is not connected, and shows who
   * forwarded it.
   * @param {string} pid @param {Kept[]} kept
   */
  #onHistory(pid, kept) {
    const sender = this.#room.people.get(pid);
    if (sender === undefined) return;
    for (const one of kept) {
      if (one.pid === this.#room.self.pid) continue;
      const author = this.#room.people.get(one.pid);
      if (one.pid === pid) this.#addMessage({ ...one, name: sender.name }, { oldest: DAY_MS }, false);
      else if (author?.state !== "connected") this.#addMessage(one, { oldest: DAY_MS, from: sender.name }, false);
    }
  }

  /** @param {Kept} kept @param {{oldest: number, from?: string, to?: Recipient | null}} how @param {boolean} live @param {boolean} [loud] */
  #addMessage(kept, how, live, loud = live) {
    const { entry, is, dropped } = this.log.addMessage(kept, how);
    if (is === "new") this.emit("message", { entry, live, loud });
    if (is === "confirmed" || is === "edited") this.emit("changed", { entry });
    for (const one of dropped) if (one !== entry || is !== "too-old") this.emit("dropped", { entry: one });
  }

  /** What a peer need not send: all but its own messages that others forwarded. @param {string} pid */
  #have(pid) {
    return this.log.entries.filter((one) => one.to === null && (one.pid !== pid || one.from === "")).map(({ id }) => id);
  }

  /** @returns {Kept[]} */
  #kept() {
    return this.log.entries.filter(({ to }) => to === null).map(({ id, pid, name, at, text, ...rest }) => ({ id, pid, name, at, text, ...withAny(rest) }));
  }
}
