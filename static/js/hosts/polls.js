/** A poll: a host asks, everyone answers the host's browser, and it says how many chose what. One at a time. */

import { Emitter } from "../lib/emitter.js";
import { NOTHING } from "../gate/topic.js";
import { toBase64Url } from "../lib/encoding.js";
import { cleanName } from "../lib/clean-name.js";
import { isId } from "../lib/patterns.js";
import { HOSTS } from "../signaling/roles.js";
import { HostValue, readUpdate } from "./host-value.js";

/** @import { Room, Update } from "./host-value.js" */
/**
 * @typedef {object} Poll
 * @property {string} id @property {string} author the pid of the host who counts
 * @property {string} question @property {readonly string[]} options @property {readonly number[]} counts by option @property {boolean} open
 */
/** @typedef {{poll: string, choice: number}} Vote poll: its id; choice: place of the option, from 0 */
/** @typedef {"asked" | "incomplete" | "too-many" | "too-long"} Asked incomplete: there is no question, or there are not two options */

export const TOPICS = Object.freeze({ poll: "poll", vote: "poll-vote" });
export const LIMITS = Object.freeze({ questionCharacters: 300, optionCharacters: 100, options: 10, votes: 1_000, perMinute: 120, votesPerMinute: 60 });
/** Counts are sent at most this often. */
const PUBLISH_MS = 1_000;

/** Reads the topic `poll`. */
export const readPoll = readUpdate((value) => {
  if (value === null) return /** @type {Poll | null} */ (null);
  const { id, author, question, options, counts, open } = value ?? {};
  if (!isId(id) || !isId(author) || typeof open !== "boolean" || !Array.isArray(options) || !Array.isArray(counts)) return undefined;
  if (options.length < 2 || options.length > LIMITS.options || counts.length !== options.length) return undefined;
  const [asked, lines] = [cleanName(question, LIMITS.questionCharacters), options.map((one) => cleanName(one, LIMITS.optionCharacters))];
  const counted = counts.every((count) => Number.isSafeInteger(count) && count >= 0 && count <= LIMITS.votes);
  return asked !== "" && !lines.includes("") && counted ? /** @type {Poll | null} */ ({ id, author, question: asked, options: lines, counts: [...counts], open }) : undefined;
});

/** Reads the topic `poll-vote`. @param {any} payload @returns {Vote | null} */
export function readVote(payload) {
  const { poll, choice } = payload ?? {};
  return isId(poll) && Number.isSafeInteger(choice) && choice >= 0 && choice < LIMITS.options ? { poll, choice } : null;
}

/**
 * @typedef {object} PollsEvents
 * @property {{poll: Poll | null, isNew: boolean, by: string, loud: boolean}} changed as in `HostValue`
 */

/** @extends {Emitter<PollsEvents>} */
export class Polls extends Emitter {
  #room;
  #value;
  #votes;
  /** As the author: choices by member. @type {Map<string, number>} */
  #chosen = new Map();
  /** @type {{id: string, choice: number} | null} our own */
  #own = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #publishing;

  /** @param {Room} room @param {AbortSignal} signal */
  constructor(room, signal) {
    super();
    this.#room = room;
    const { mesh } = room;
    const topic = mesh.topic(TOPICS.poll, { read: readPoll, perMinute: LIMITS.perMinute, creates: { alerts: (/** @type {Update<Poll | null>} */ { value }) => (value && value.id !== this.poll?.id ? 1 : 0) }, latest: true });
    this.#value = new HostValue(room, topic, { initial: /** @type {Poll | null} */ (null) }, signal);
    this.#value.on("changed", ({ value, before, by, loud }) => this.emit("changed", { poll: value, isNew: value !== null && value.id !== before?.id, by, loud }), { signal });
    this.#votes = mesh.topic(TOPICS.vote, { read: readVote, perMinute: LIMITS.votesPerMinute, creates: NOTHING });
    this.#votes.on("message", ({ pid, message }) => this.#onVote(pid, message), { signal });
    mesh.on("peer-channel-open", ({ pid }) => pid === this.poll?.author && this.#sendVote(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#publishing));
  }

  /** The own role may have changed. */
  check() {
    this.#value.check();
  }

  /** @returns {Poll | null} */
  get poll() {
    return this.#value.value;
  }

  /** Our own vote: the place of the option; null: none. */
  get choice() {
    return this.poll && this.#own?.id === this.poll.id ? this.#own.choice : null;
  }

  /** Whether votes reach the browser that counts, and what it counts is believed. */
  get isOpen() {
    const { poll } = this;
    return poll !== null && poll.open && HOSTS.includes(this.#author?.role ?? "");
  }

  /** Whether this person may take the poll away: its author, and where that one is gone or a host no longer, each host. */
  get mayRemove() {
    return this.#value.mayChange && (this.poll?.author === this.#room.self.pid || !HOSTS.includes(this.#author?.role ?? ""));
  }

  get #author() {
    const { self, people } = this.#room;
    return this.poll?.author === self.pid ? self : people.get(this.poll?.author ?? "");
  }

  /** As a host. Nothing is cut: what does not fit is not asked. @param {string} question @param {string[]} options @returns {Asked} */
  ask(question, options) {
    const asked = cleanName(question, Infinity);
    const lines = options.map((one) => cleanName(one, Infinity)).filter(Boolean);
    if (asked === "" || lines.length < 2) return "incomplete";
    if (lines.length > LIMITS.options) return "too-many";
    const fits = [...asked].length <= LIMITS.questionCharacters && lines.every((line) => [...line].length <= LIMITS.optionCharacters);
    if (!fits) return "too-long";
    this.#chosen.clear();
    const id = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
    this.#value.change({ id, author: this.#room.self.pid, question: asked, options: lines, counts: lines.map(() => 0), open: true });
    return "asked";
  }

  /** As a host: no more votes. */
  close() {
    if (this.poll) this.#value.change({ ...this.poll, open: false });
  }

  /** As a host. */
  remove() {
    this.#value.change(null);
  }

  /** A later vote replaces an earlier one. @param {number} choice */
  vote(choice) {
    if (!this.isOpen || !this.poll) return;
    this.#own = { id: this.poll.id, choice };
    if (this.poll.author === this.#room.self.pid) this.#count(this.#room.self.member || this.#room.self.pid, choice);
    else this.#sendVote();
  }

  #sendVote() {
    const { poll, choice } = this;
    if (poll && choice !== null) this.#votes.send(poll.author, { poll: poll.id, choice });
  }

  /** @param {string} pid @param {Vote} vote */
  #onVote(pid, { poll: id, choice }) {
    const { poll } = this;
    const voter = this.#room.people.get(pid);
    if (!voter || poll?.id !== id || poll.author !== this.#room.self.pid || !poll.open || choice >= poll.options.length) return;
    this.#count(voter.member || pid, choice);
  }

  /** One vote a person, however many tabs. @param {string} person @param {number} choice */
  #count(person, choice) {
    if (!this.#chosen.has(person) && this.#chosen.size >= LIMITS.votes) return;
    this.#chosen.set(person, choice);
    this.#publishing ??= setTimeout(() => this.#publish(), PUBLISH_MS);
  }

  #publish() {
    this.#publishing = undefined;
    const { poll } = this;
    if (poll?.author !== this.#room.self.pid) return;
    const counts = poll.options.map((_, at) => [...this.#chosen.values()].filter((choice) => choice === at).length);
    this.#value.change({ ...poll, counts });
  }
}
