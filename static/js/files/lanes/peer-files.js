/** File traffic between this tab and one peer, below the level of transfers: lanes, the send queue, and receivers of frames. */

import { Emitter } from "../../lib/emitter.js";
import { describeRoute } from "../../peer/ice/ice-path.js";
import { writeFrame } from "../protocol/frame.js";
import { RateController, initialLanes } from "./rate-controller.js";
import { LaneSet } from "./lane-set.js";
import { SendQueue } from "../send/send-queue.js";

/** @import { Mesh } from "../../peer/mesh.js" */
/** @import { Frame } from "../protocol/frame.js" */
/** @import { CallWatch } from "./call-watch.js" */
/** @import { Echoes } from "./echoes.js" */
/** @import { FairShare } from "./fair-share.js" */
/** @import { Lane } from "./lane.js" */
/** @import { StallDetector } from "./stall-detector.js" */

const ADJUST_INTERVAL_MS = 1_000;
const ECHO_INTERVAL_MS = 250;
/** Bytes a second: beside a slower transfer, four echoes a second would be a burden themselves. */
const ECHO_RATE = 20_000;
/** Delay before a broken lane is replaced, doubled with each failure. */
const REPLACE_MS = 500;
const MAX_REPLACE_MS = 16_000;
/** Idle lanes stay up this long: the next file starts at once. */
const IDLE_MS = 20_000;
/** Seconds until a stalled lane is replaced, doubled each time. */
const STALL_S = 2;
const MAX_STALL_S = 32;

/**
 * @typedef {object} PeerFilesEvents
 * @property {void} refused a lane showed another certificate than the peer's
 * @property {void} malformed a message is not a frame
 */

/** @extends {Emitter<PeerFilesEvents>} */
export class PeerFiles extends Emitter {
  lanes;
  queue;
  /** Receivers of frames by file number. @type {Map<number, (frame: Frame) => void>} */
  receivers = new Map();
  #mesh;
  #pid;
  #uplink;
  #passFrame;
  #rateController = new RateController();
  #failures = 0;
  #stallLooks = STALL_S;
  #last = { departed: 0, at: 0 };
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #echoTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #idle;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #replacing;
  #closed = false;
  /** The lane of the last frame: others may be dead already. @type {Lane | null} */
  #lastActiveLane = null;

  /**
   * @param {Mesh} mesh @param {string} pid
   * @param {{sendSignal: (signal: object) => boolean, passFrame: (data: unknown, deliver: (read: {frame: Frame | null}) => void) => void}}
   *   topics sendSignal: negotiates a lane, false: not sent; passFrame: lets through what is within the peer's limits
   * @param {{isShared: boolean, callWatch: CallWatch, echoes: Echoes, fairShare: FairShare, stallDetector: StallDetector}} uplink of
   *   this tab; isShared: several peers currently receive files
   */
  constructor(mesh, pid, { sendSignal, passFrame }, uplink) {
    super();
    this.#mesh = mesh;
    this.#pid = pid;
    this.#uplink = uplink;
    this.#passFrame = passFrame;
    this.lanes = new LaneSet(() => mesh.laneConfiguration(pid), sendSignal, mesh.gate.for(pid).spend);
    this.queue = new SendQueue(() => this.lanes.connected);
    this.lanes.on("up", ({ mine }) => mine && this.#onLaneUp());
    this.lanes.on("room", () => this.queue.pump());
    this.lanes.on("down", ({ lane, mine, refused }) => this.#onLaneDown(lane, mine, refused));
    this.lanes.on("frame", ({ lane, mine, data }) => this.#passFrame(data, ({ frame }) => this.#onFrame(lane, mine, frame)));
    this.queue.on("idle", () => this.#onIdle());
  }

  /** Sends what is queued. */
  run() {
    clearTimeout(this.#idle);
    this.#idle = undefined;
    if (this.#closed) return;
    if (this.lanes.made.length === 0) void this.#openFirstLanes();
    this.#last = { departed: this.#departed, at: performance.now() };
    this.#timer ??= setInterval(() => void this.#adjustRate(), ADJUST_INTERVAL_MS);
    this.queue.pump();
  }

  /** @param {number} kind @param {number} file @param {number} offset */
  answerSender(kind, file, offset) {
    // Without a lane nothing is lost: the sender repeats the digest.
    const lane = this.#lastActiveLane?.isUp ? this.#lastActiveLane : this.lanes.answering.at(-1);
    lane?.send(writeFrame(kind, file, offset));
  }

  close() {
    this.#closed = true;
    this.#uplink.fairShare.forgetPeer(this);
    clearInterval(this.#timer);
    clearInterval(this.#echoTimer);
    clearTimeout(this.#idle);
    clearTimeout(this.#replacing);
    this.lanes.close();
  }

  get #departed() {
    return this.queue.sentBytes - this.lanes.connected.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  #onLaneUp() {
    this.#failures = 0;
    this.queue.pump();
  }

  /** @param {Lane} lane @param {boolean} mine @param {boolean} refused */
  #onLaneDown(lane, mine, refused) {
    if (refused) this.emit("refused");
    if (!mine || this.#closed) return;
    this.queue.onLaneLost(lane);
    if (lane.draining || refused || this.#idle !== undefined) return;
    const wait = Math.min(MAX_REPLACE_MS, REPLACE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#replacing ??= setTimeout(() => {
      this.#replacing = undefined;
      if (this.lanes.made.length === 0 && this.#timer !== undefined) this.lanes.addLane();
    }, wait);
  }

  /** @param {Lane} lane @param {boolean} mine @param {Frame | null} frame null: malformed */
  #onFrame(lane, mine, frame) {
    if (mine) {
      if (frame) this.queue.receiveAnswer(frame);
      if (lane.draining && lane.carries.size === 0) lane.close();
      return;
    }
    this.#lastActiveLane = lane;
    if (frame) this.receivers.get(frame.file)?.(frame);
    else this.emit("malformed");
  }

  #onIdle() {
    this.#uplink.fairShare.forgetPeer(this);
    this.#stallLooks = STALL_S;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#askForEchoes(0);
    this.#idle ??= setTimeout(() => {
      for (const lane of this.lanes.made) lane.close();
      this.#idle = undefined;
    }, IDLE_MS);
  }

  /** One lane at once, more on a long path: one alone would take seconds to show that it is too few. */
  async #openFirstLanes() {
    this.lanes.addLane();
    const peer = this.#mesh.peers.get(this.#pid);
    const [call, route] = await Promise.all([this.#uplink.callWatch.read(this.#pid), peer ? describeRoute(peer).catch(() => null) : null]);
    if (this.#closed) return;
    if (call) this.queue.limit = this.#rateController.decide({ rate: 0, made: 1, up: 0, saturated: false, shared: false, call }).limit;
    for (let more = call ? 0 : initialLanes(route?.rttMs ?? 0, this.queue.left) - this.lanes.made.length; more > 0; more -= 1) this.lanes.addLane();
  }

  async #adjustRate() {
    const call = await this.#uplink.callWatch.read(this.#pid);
    if (this.#closed || this.#timer === undefined) return;
    const now = performance.now();
    const departed = this.#departed;
    const rate = Math.max(0, (departed - this.#last.departed) / ((now - this.#last.at) / 1000));
    this.#last = { departed, at: now };
    for (const lane of this.lanes.connected) lane.fitBuffer(now);
    const [made, up] = [this.lanes.made, this.lanes.connected.length];
    const { isShared, fairShare } = this.#uplink;
    const share = fairShare.limitFor(this, rate, isShared, call !== null);
    const { lanes, limit } = this.#rateController.decide({ rate, made: made.length, up, saturated: this.queue.isSaturated, shared: isShared, place: fairShare.placeOf(this), call });
    this.queue.limit = Math.min(limit, share);
    this.#askForEchoes(call ? limit : 0);
    this.#replaceStalled();
    if (this.#replacing === undefined) for (let more = lanes - made.length; more > 0; more -= 1) this.lanes.addLane();
    for (const lane of made.slice(Math.max(1, lanes))) this.#drainLane(lane);
  }

  /** Starts or stops. @param {number} limit bytes a second; 0: no call, or nothing to send */
  #askForEchoes(limit) {
    if (limit > ECHO_RATE) {
      this.#echoTimer ??= setInterval(() => this.#uplink.echoes.ask(this.#pid), ECHO_INTERVAL_MS);
    } else {
      clearInterval(this.#echoTimer);
      this.#echoTimer = undefined;
      if (limit > 0) this.#uplink.echoes.ask(this.#pid);
    }
  }

  /** Replaces stalled lanes: what they carry is sent again over others. */
  #replaceStalled() {
    const still = this.#uplink.stallDetector.findStalled(this.lanes.connected, this.#stallLooks);
    if (still.length > 0) this.#stallLooks = Math.min(MAX_STALL_S, this.#stallLooks * 2);
    for (const lane of still) {
      lane.close();
      if (!lane.draining) this.lanes.addLane();
    }
  }

  /** @param {Lane} lane */
  #drainLane(lane) {
    lane.draining = true;
    if (lane.carries.size === 0) lane.close();
  }
}
