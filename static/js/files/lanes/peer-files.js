/**
 * Everything about files between this tab and one peer, below the level of transfers: lanes, the queue of what is sent, and
 * what is being received.
 *
 * @module
 */

import { Emitter } from "../../lib/emitter.js";
import { describeRoute } from "../../peer/route.js";
import { readCallHealth } from "./call-health.js";
import { readFrame, writeFrame } from "../protocol/frame.js";
import { Governor, firstLanes } from "./rate-controller.js";
import { LaneSet } from "./lane-set.js";
import { SendQueue } from "../send/send-queue.js";

/** @import { Mesh } from "../../peer/mesh.js" */
/** @import { Frame } from "../protocol/frame.js" */
/** @import { FairShare } from "./fair-share.js" */
/** @import { Lane } from "./lane.js" */
/** @import { Standstill } from "./stall-detector.js" */

const GOVERN_EVERY_MS = 1_000;
/** A lane that broke is replaced after this many milliseconds, and twice as many each time it breaks again. */
const REPLACE_MS = 500;
const LONGEST_REPLACE_MS = 16_000;
/** Lanes stay up for a moment after the last file: the next one starts at once. */
const IDLE_MS = 20_000;
/** Seconds that a lane may stand still before it is replaced, twice as many after each time. */
const STILL_S = 2;
const LONGEST_STILL_S = 32;

/**
 * @typedef {object} FilePairEvents
 * @property {void} refused a lane led to another certificate than the peer's
 * @property {void} garbage something came that is no frame
 */

/** @extends {Emitter<FilePairEvents>} */
export class FilePair extends Emitter {
  lanes;
  queue;
  /** Whoever takes the frames of a file that comes, by its number. @type {Map<number, (frame: Frame) => void>} */
  receivers = new Map();
  #mesh;
  #pid;
  #uplink;
  #governor = new Governor();
  #failures = 0;
  #patience = STILL_S;
  #last = { departed: 0, at: 0 };
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #idle;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #replacing;
  #closed = false;
  /** The lane by which something came last: the others may be dead already. @type {Lane | null} */
  #lively = null;

  /**
   * @param {Mesh} mesh
   * @param {string} pid
   * @param {{isShared: boolean, share: FairShare, standstill: Standstill}} uplink what all pairs of a tab have in common; isShared: whether files go to
   *   several peers at the moment
   */
  constructor(mesh, pid, uplink) {
    super();
    this.#mesh = mesh;
    this.#pid = pid;
    this.#uplink = uplink;
    this.lanes = new LaneSet(() => mesh.laneConfiguration(pid), (message) => mesh.send(pid, "file-signal", message));
    this.queue = new SendQueue(() => this.lanes.standing);
    this.lanes.on("up", ({ mine }) => mine && this.#rose());
    this.lanes.on("room", () => this.queue.pump());
    this.lanes.on("down", ({ lane, mine, refused }) => this.#fell(lane, mine, refused));
    this.lanes.on("frame", ({ lane, mine, data }) => this.#heard(lane, mine, data));
    this.queue.on("idle", () => this.#rest());
  }

  /** Sees to it that what is in the queue goes out. */
  run() {
    clearTimeout(this.#idle);
    this.#idle = undefined;
    if (this.#closed) return;
    if (this.lanes.made.length === 0) void this.#begin();
    this.#last = { departed: this.#departed, at: performance.now() };
    this.#timer ??= setInterval(() => void this.#govern(), GOVERN_EVERY_MS);
    this.queue.pump();
  }

  /**
   * Answers the sender of a file.
   *
   * @param {number} kind
   * @param {number} file
   * @param {number} offset
   */
  answer(kind, file, offset) {
    // When there is no lane just now, the sender will ask again by the digest.
    const lane = this.#lively?.isUp ? this.#lively : this.lanes.answering.at(-1);
    lane?.send(writeFrame(kind, file, offset));
  }

  /** Ends it: the peer is gone. */
  close() {
    this.#closed = true;
    this.#uplink.share.forget(this);
    clearInterval(this.#timer);
    clearTimeout(this.#idle);
    clearTimeout(this.#replacing);
    this.lanes.close();
  }

  /** Bytes that have left the lanes' buffers. */
  get #departed() {
    return this.queue.handed - this.lanes.standing.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  #rose() {
    this.#failures = 0;
    this.queue.pump();
  }

  /** @param {Lane} lane @param {boolean} mine @param {boolean} refused */
  #fell(lane, mine, refused) {
    if (refused) this.emit("refused");
    if (!mine || this.#closed) return;
    this.queue.lost(lane);
    if (lane.draining || refused || this.#idle !== undefined) return;
    const wait = Math.min(LONGEST_REPLACE_MS, REPLACE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#replacing ??= setTimeout(() => {
      this.#replacing = undefined;
      if (this.lanes.made.length === 0 && this.#timer !== undefined) this.lanes.add();
    }, wait);
  }

  /** @param {Lane} lane @param {boolean} mine @param {unknown} data */
  #heard(lane, mine, data) {
    if (mine) {
      this.queue.receive(data);
      if (lane.draining && lane.carries.size === 0) lane.close();
      return;
    }
    this.#lively = lane;
    const frame = readFrame(data);
    if (frame) this.receivers.get(frame.file)?.(frame);
    else this.emit("garbage");
  }

  /** Lanes are taken down when nothing has been sent for a while. */
  #rest() {
    this.#uplink.share.forget(this);
    this.#patience = STILL_S;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#idle ??= setTimeout(() => {
      for (const lane of this.lanes.made) lane.close();
      this.#idle = undefined;
    }, IDLE_MS);
  }

  /** The first lane at once; on a long way some more, since one alone would take seconds to show that it is too few. */
  async #begin() {
    this.lanes.add();
    const peer = this.#mesh.peers.get(this.#pid);
    const [call, route] = await Promise.all([readCallHealth(this.#mesh.peers), peer ? describeRoute(peer).catch(() => null) : null]);
    if (this.#closed) return;
    if (call) this.queue.limit = this.#governor.decide({ rate: 0, made: 1, up: 0, pushing: false, shared: false, call }).limit;
    for (let more = call ? 0 : firstLanes(route?.rttMs ?? 0, this.queue.left) - this.lanes.made.length; more > 0; more -= 1) this.lanes.add();
  }

  async #govern() {
    const call = await readCallHealth(this.#mesh.peers);
    if (this.#closed || this.#timer === undefined) return;
    const now = performance.now();
    const departed = this.#departed;
    const rate = Math.max(0, (departed - this.#last.departed) / ((now - this.#last.at) / 1000));
    this.#last = { departed, at: now };
    const [made, up] = [this.lanes.made, this.lanes.standing.length];
    const { isPushing: pushing } = this.queue;
    const { lanes, limit } = this.#governor.decide({ rate, made: made.length, up, pushing, shared: this.#uplink.isShared, call });
    const { isShared, share } = this.#uplink;
    this.queue.limit = Math.min(limit, share.limit(this, rate, isShared && call === null));
    this.#replaceStill();
    if (this.#replacing === undefined) for (let more = lanes - made.length; more > 0; more -= 1) this.lanes.add();
    for (const lane of made.slice(Math.max(1, lanes))) this.#drain(lane);
  }

  /** What a lane carries that stands still goes by the others. */
  #replaceStill() {
    const still = this.#uplink.standstill.look(this.lanes.standing, this.#patience);
    if (still.length > 0) this.#patience = Math.min(LONGEST_STILL_S, this.#patience * 2);
    for (const lane of still) {
      lane.close();
      if (!lane.draining) this.lanes.add();
    }
  }

  /** @param {Lane} lane */
  #drain(lane) {
    lane.draining = true;
    if (lane.carries.size === 0) lane.close();
  }
}
