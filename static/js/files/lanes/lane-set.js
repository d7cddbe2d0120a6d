/** The lanes between two peers, in both directions: the sender of files offers them, the receiver answers. */

import { Emitter } from "../../lib/emitter.js";
import { Lane } from "./lane.js";

/** @import { PeerGate } from "../../gate/gate.js" */
/** @import { PeerMessage } from "../../peer/messages.js" */
/** @import { LaneConfiguration } from "./lane.js" */

/** In each direction. */
export const MAX_LANES = 8;

/** Lane numbers are unique in a tab. */
let numbers = 0;

/**
 * @typedef {object} LaneSetEvents
 * @property {{lane: Lane, mine: boolean}} up mine: created here, for sending
 * @property {{lane: Lane, mine: boolean, refused: boolean}} down it has left the set
 * @property {void} room one of our lanes has room for more
 * @property {{lane: Lane, mine: boolean, data: unknown}} frame mine: on a lane created here, so it answers a frame of ours
 */

/** @extends {Emitter<LaneSetEvents>} */
export class LaneSet extends Emitter {
  /** Created here. @type {Map<number, Lane>} */
  #mine = new Map();
  /** Created by the peer. @type {Map<number, Lane>} */
  #theirs = new Map();
  #configuration;
  #sendSignal;
  #spend;
  #closed = false;

  /**
   * @param {() => LaneConfiguration | null} configuration for the next lane; null: no certificate is pinned, so no lanes
   * @param {(message: object) => boolean} sendSignal on the topic `file-signal`
   * @param {PeerGate["spend"]} spend what the peer may cost; their own lanes are counted by the topic
   */
  constructor(configuration, sendSignal, spend) {
    super();
    this.#configuration = configuration;
    this.#sendSignal = sendSignal;
    this.#spend = spend;
  }

  /** Lanes created here, connected or not, without those that drain. */
  get made() {
    return [...this.#mine.values()].filter(({ draining }) => !draining);
  }

  /** Lanes created here that are up. */
  get connected() {
    return [...this.#mine.values()].filter(({ isUp }) => isUp);
  }

  /** The peer's lanes, which carry our answers. */
  get answering() {
    return [...this.#theirs.values()].filter(({ isUp }) => isUp);
  }

  addLane() {
    // A peer who ends our lanes makes us replace them: that counts, too.
    if (this.#closed || this.#mine.size >= MAX_LANES || !this.#spend({ connections: 1 })) return;
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

  /** Closes all lanes, for good. */
  close() {
    this.#closed = true;
    this.closeAll();
  }

  /** Closes all lanes; new ones get the current configuration. */
  closeAll() {
    for (const lane of [...this.#mine.values(), ...this.#theirs.values()]) lane.close();
  }

  /** @param {number} number @param {boolean} mine @returns {Lane | undefined} undefined: no certificate is pinned */
  #makeLane(number, mine) {
    const configuration = this.#configuration();
    if (configuration === null) return undefined;
    const lanes = mine ? this.#mine : this.#theirs;
    const send = (/** @type {PeerMessage} */ message) => this.#sendSignal({ mine, ...message });
    const lane = new Lane({ number, configuration, mayTakeCandidate: () => this.#spend({ laneCandidates: 1 }), send });
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
