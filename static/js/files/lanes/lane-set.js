/**
 * The lanes between two peers, those of both directions: whoever sends files makes lanes for them, the other side answers.
 *
 * @module
 */

import { Emitter } from "../../lib/emitter.js";
import { RateLimiter } from "../../lib/rate-limiter.js";
import { readPeerMessage } from "../../peer/messages.js";
import { Lane } from "./lane.js";

/** @import { PeerMessage } from "../../peer/messages.js" */
/** @import { LaneConfiguration as Terms } from "./lane.js" */

/** At most so many lanes one way. */
export const MOST_LANES = 8;
/** Candidates a minute: eight lanes, made anew a few times. */
const CANDIDATES = 600;

/** Numbers of this tab's lanes; none is ever used twice. */
let numbers = 0;

/**
 * @typedef {object} LaneSetEvents
 * @property {{lane: Lane, mine: boolean}} up mine: made here, for sending
 * @property {{lane: Lane, mine: boolean, refused: boolean}} down it is not in the set any more
 * @property {void} room a lane of ours takes more
 * @property {{lane: Lane, mine: boolean, data: unknown}} frame mine: it came over a lane made here, so it is an answer to what
 *   was sent
 */

/** @extends {Emitter<LaneSetEvents>} */
export class LaneSet extends Emitter {
  /** @type {Map<number, Lane>} lanes made here */
  #mine = new Map();
  /** @type {Map<number, Lane>} lanes that the peer made */
  #theirs = new Map();
  #limiter = new RateLimiter(CANDIDATES);
  #terms;
  #tell;
  #closed = false;

  /**
   * @param {() => Terms | null} terms what holds for a lane now; null: there is no pinned certificate, so there are no lanes
   * @param {(message: object) => boolean} tell tells the peer on the topic `file-signal`
   */
  constructor(terms, tell) {
    super();
    this.#terms = terms;
    this.#tell = tell;
  }

  /** Lanes made here that are not being given up, whether they are up or not. */
  get made() {
    return [...this.#mine.values()].filter(({ draining }) => !draining);
  }

  /** Lanes made here that are up. */
  get standing() {
    return [...this.#mine.values()].filter(({ isUp }) => isUp);
  }

  /** Lanes by which answers go back to the peer. */
  get answering() {
    return [...this.#theirs.values()].filter(({ isUp }) => isUp);
  }

  /** Makes one more lane. */
  add() {
    if (this.#closed || this.#mine.size >= MOST_LANES) return;
    numbers += 1;
    void this.#make(numbers, true)?.offer();
  }

  /**
   * Takes a payload of the topic `file-signal`.
   *
   * @param {unknown} payload
   */
  receive(payload) {
    const signal = /** @type {{mine?: unknown} | null} */ (typeof payload === "object" ? payload : null);
    const message = readPeerMessage(JSON.stringify(signal) ?? "");
    if (message === null || this.#closed) return;
    // What is theirs over there is ours here.
    const ours = signal?.mine !== true;
    const known = (ours ? this.#mine : this.#theirs).get(message.attempt);
    if (known) return void known.receive(message);
    const begins = !ours && message.description?.type === "offer" && this.#theirs.size < MOST_LANES;
    if (begins) void this.#make(message.attempt, false)?.receive(message);
  }

  /** Ends them all, and makes no more. */
  close() {
    this.#closed = true;
    this.end();
  }

  /** Ends them all; whoever still needs some makes others on the terms of now. */
  end() {
    for (const lane of [...this.#mine.values(), ...this.#theirs.values()]) lane.close();
  }

  /**
   * @param {number} number
   * @param {boolean} mine
   * @returns {Lane | undefined} undefined when there must be none
   */
  #make(number, mine) {
    const terms = this.#terms();
    if (terms === null) return undefined;
    const lanes = mine ? this.#mine : this.#theirs;
    const tell = (/** @type {PeerMessage} */ message) => this.#tell({ mine, ...message });
    const lane = new Lane({ number, terms, limiter: this.#limiter, tell });
    lanes.set(number, lane);
    lane.on("up", () => this.emit("up", { lane, mine }));
    lane.on("room", () => mine && this.emit("room"));
    lane.on("frame", ({ data }) => {
      this.emit("frame", { lane, mine, data: data });
    });
    lane.on("down", ({ refused }) => {
      lanes.delete(number);
      this.emit("down", { lane, mine, refused: refused });
    });
    return lane;
  }
}
