/** Requests the history from one peer after the other, each time with the ids of the messages that are known already. */

import { Emitter } from "../lib/emitter.js";
import { MAX_MESSAGE_CHARACTERS } from "../peer/control-channel.js";
import { LIMITS, readHistory, TOPICS } from "./messages.js";

/** @import { Creates } from "../gate/topic.js" */
/** @import { Mesh } from "../peer/mesh.js" */
/** @import { Answer, Ask, Kept } from "./messages.js" */

const PART_TIMEOUT_MS = 5_000;
/** Answering costs more than asking. @type {Creates<Ask | Answer>} */
const HISTORY = { histories: (message) => ("have" in message ? 1 : 0), rows: (message) => ("kept" in message ? message.kept.length : 0) };
/** Leaves room for the envelope of a part and for JSON escapes. */
const PART_CHARACTERS = MAX_MESSAGE_CHARACTERS - 256;

/**
 * @typedef {object} HistoryEvents
 * @property {{pid: string, kept: Kept[]}} kept the history of a peer; only its form is checked
 */

/** @extends {Emitter<HistoryEvents>} */
export class History extends Emitter {
  #kept;
  #have;
  /** @type {string[]} pids to ask; the first one has been asked */
  #queue = [];
  #parts = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #topic;

  /**
   * @param {Mesh} mesh
   * @param {{kept: () => Kept[], have: (pid: string) => string[]}} own kept: oldest first; have: ids that a peer need not send
   * @param {AbortSignal} signal
   */
  constructor(mesh, { kept, have }, signal) {
    super();
    this.#topic = mesh.topic(TOPICS.history, { read: readHistory, perMinute: LIMITS.historyPerMinute, creates: HISTORY });
    this.#kept = kept;
    this.#have = have;
    mesh.on("peer-channel-open", ({ pid }) => this.#enqueuePeer(pid), { signal });
    mesh.on("peer-removed", ({ pid }) => this.#onPeerGone(pid), { signal });
    this.#topic.on("message", ({ pid, message }) => this.#onMessage(pid, message), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** @param {string} pid */
  #enqueuePeer(pid) {
    const at = this.#queue.indexOf(pid);
    // The request went over a connection that is gone.
    if (at === 0) return this.#requestHistory();
    if (at === -1) this.#queue.push(pid);
    if (this.#queue.length === 1) this.#requestHistory();
  }

  /** @param {string} pid */
  #onPeerGone(pid) {
    const at = this.#queue.indexOf(pid);
    if (at === 0) this.#next();
    else if (at > 0) this.#queue.splice(at, 1);
  }

  #requestHistory() {
    const [pid] = this.#queue;
    clearTimeout(this.#timer);
    if (pid === undefined) return;
    this.#parts = 0;
    if (!this.#topic.send(pid, { have: this.#have(pid) })) return this.#next();
    this.#startTimeout();
  }

  #startTimeout() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#next(), PART_TIMEOUT_MS);
  }

  #next() {
    this.#queue.shift();
    this.#requestHistory();
  }

  /** @param {string} pid @param {Ask | Answer} message */
  #onMessage(pid, message) {
    if ("have" in message) return this.#sendHistory(pid, new Set(message.have));
    // Only answers to requests.
    if (pid !== this.#queue[0]) return;
    this.#parts += 1;
    this.emit("kept", { pid, kept: message.kept });
    if (message.more && this.#parts < LIMITS.historyParts) this.#startTimeout();
    else this.#next();
  }

  /** @param {string} pid @param {Set<string>} have */
  #sendHistory(pid, have) {
    const parts = inParts(this.#kept().filter(({ id }) => !have.has(id)));
    for (const [index, kept] of parts.entries()) this.#topic.send(pid, { kept, more: index < parts.length - 1 });
  }
}

/** Each part fits one message of the control channel. @param {Kept[]} kept @returns {Kept[][]} at least one, perhaps empty */
export function inParts(kept) {
  /** @type {Kept[][]} */
  const parts = [[]];
  let characters = 0;
  for (const one of kept) {
    const length = JSON.stringify(one).length + 1;
    if (characters + length > PART_CHARACTERS) {
      parts.push([]);
      characters = 0;
    }
    parts.at(-1)?.push(one);
    characters += length;
  }
  return parts;
}
