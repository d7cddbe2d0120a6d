/** The lanes between two peers, those of both directions: whoever sends files makes lanes for them, the other side answers. */

import { Emitter } from "../../lib/emitter.js";
import { RateLimiter } from "../../lib/rate-limiter.js";
import { Lane } from "./lane.js";

/** @import { PeerMessage } from "../../peer/messages.js" */
/** @import { LaneConfiguration } from "./lane.js" */

/** At most so many lanes one way. */
export const MAX_LANES = 8;
/** Candidates a minute: eight lanes, made anew a few times. */
const CANDIDATES_PER_MINUTE = 600;

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
  #limiter = new RateLimiter(CANDIDATES_PER_MINUTE);
  #configuration;
  #sendSignal;
  #closed = false;

  /**
   * @param {() => LaneConfiguration | null} configuration what holds for a lane now; null: there is no pinned certificate, so there are no lanes
   * @param {(message: object) => boolean} sendSignal sends to the peer on the topic `file-signal`
   */
  constructor(configuration, sendSignal) {
    super();
    this.#configuration = configuration;
    this.#sendSignal = sendSignal;
  }

  /** Lanes made here that are not being given up, whether they are up or not. */
  get made() {
    return [...this.#mine.values()].filter(({ draining }) => !draining);
  }

  /** Lanes made here that are up. */
  get connected() {
    return [...this.#mine.values()].filter(({ isUp }) => isUp);
  }

  /** Lanes by which answers go back to the peer. */
  get answering() {
    return [...this.#theirs.values()].filter(({ isUp }) => isUp);
  }

  /** Makes one more lane. */
  addLane() {
    if (this.#closed || this.#mine.size >= MAX_LANES) return;
    numbers += 1;
    void this.#makeLane(numbers, true)?.offer();
  }

  /** @param {{mine: boolean, message: PeerMessage}} signal mine: the lane is the peer's */
  receiveSignal({ mine, message }) {
    if (this.#closed) return;
    const ours = !mine;
    const known = (ours ? this.#mine : this.#theirs).get(message.attempt);
    if (known) return void known.receive(message);
    const begins = !ours && message.description?.type === "offer" && this.#theirs.size < MAX_LANES;
    if (begins) void this.#makeLane(message.attempt, false)?.receive(message);
  }

  /** Ends them all, and makes no more. */
  close() {
    this.#closed = true;
    this.closeAll();
  }

  /** Ends them all; whoever still needs some makes others on the terms of now. */
  closeAll() {
    for (const lane of [...this.#mine.values(), ...this.#theirs.values()]) lane.close();
  }

  /**
   * @param {number} number
   * @param {boolean} mine
   * @returns {Lane | undefined} undefined when there must be none
   */
  #makeLane(number, mine) {
    const configuration = this.#configuration();
    if (configuration === null) return undefined;
    const lanes = mine ? this.#mine : this.#theirs;
    const send = (/** @type {PeerMessage} */ message) => this.#sendSignal({ mine, ...message });
    const lane = new Lane({ number, configuration, limiter: this.#limiter, send });
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
