/**
 * Sends files to one peer: reads ahead, hands parts to whichever lane has room, and takes back what a broken lane carried.
 *
 * Memory stays flat: at most `WINDOW` bytes are in flight, from being handed to a lane to being written over there, and a few
 * pieces are read ahead. Nothing is paced by timers, so a tab in the background sends as fast as one in front.
 *
 * @module
 */

import { Emitter } from "../../lib/emitter.js";
import { KIND, readFrame } from "../protocol/frame.js";
import { CHUNK, PIECE, UNIT } from "../protocol/pieces.js";
import { Pace } from "./pacer.js";

/** @import { Bytes } from "../../lib/encoding.js" */
/** @import { Lane } from "../lanes/lane.js" */
/** @import { OutgoingFile, Part, Piece } from "./outgoing-file.js" */

/** Bytes in flight at most; also how many a receiver must be ready to hold. */
export const WINDOW = 8_000_000;
/** Pieces in flight at most: small files are one piece each. */
export const WINDOW_PIECES = 256;
/** Pieces read and not handed to a lane yet. */
const READ_AHEAD = 4;

/**
 * @typedef {object} SendQueueEvents
 * @property {{file: OutgoingFile, root: Bytes}} through the other side has written every piece of it
 * @property {{file: OutgoingFile, reason: string}} broken it cannot be sent: changed, unreadable or damaged
 * @property {void} idle there is nothing to send any more
 */

/** @extends {Emitter<SendQueueEvents>} */
export class SendQueue extends Emitter {
  /** Bytes of chunks handed to lanes since the beginning. */
  handed = 0;
  #lanes;
  /** @type {Map<number, OutgoingFile>} */
  #files = new Map();
  /** @type {Piece[]} */
  #ready = [];
  /** @type {Part[]} what has to be sent before anything else: the rest of a piece, and what a lane lost */
  #first = [];
  #flying = 0;
  #flyingPieces = 0;
  #reading = false;
  #pace = new Pace(() => this.pump());

  /** @param {() => Lane[]} lanes those that stand */
  constructor(lanes) {
    super();
    this.#lanes = lanes;
  }

  /** Whether there is anything that is not confirmed. */
  get isBusy() {
    return [...this.#files.values()].some(({ paused }) => !paused);
  }

  /** Bytes that have not been handed to lanes. */
  get left() {
    return [...this.#files.values()].reduce((sum, { head, sent }) => sum + head.size - sent, 0);
  }

  /** Whether more could be sent at once if the lanes took more: neither the file nor the other side's disk holds it up. */
  get isPushing() {
    return this.#ready.some(({ file }) => !file.paused) && this.#flying < WINDOW;
  }

  /** Bytes a second that may be sent; `Infinity`: as much as goes. */
  set limit(/** @type {number} */ rate) {
    this.#pace.rate = rate;
    this.pump();
  }

  /**
   * Takes a file; it is sent after those that came before.
   *
   * @param {OutgoingFile} file
   */
  add(file) {
    this.#files.set(file.head.id, file);
    if (file.isThrough) this.#finish(file);
    else this.pump();
  }

  /**
   * Lets a file stand still, or go on.
   *
   * @param {number} id
   * @param {boolean} paused
   */
  pause(id, paused) {
    const file = this.#files.get(id);
    if (!file) return;
    file.paused = paused;
    this.pump();
  }

  /**
   * Forgets a file: it is over, one way or the other.
   *
   * @param {number} id
   */
  drop(id) {
    const file = this.#files.get(id);
    if (!file) return;
    this.#files.delete(id);
    for (const piece of file.flying.values()) this.#land(piece);
    file.flying.clear();
    this.#ready = this.#ready.filter((piece) => piece.file !== file);
    this.#first = this.#first.filter(({ piece }) => piece.file !== file);
    if (this.#files.size === 0) this.emit("idle");
    this.pump();
  }

  /**
   * Takes a frame that came back over a lane.
   *
   * @param {unknown} data
   */
  receive(data) {
    const frame = readFrame(data);
    const file = frame ? this.#files.get(frame.file) : undefined;
    if (!frame || !file || frame.offset % PIECE !== 0) return;
    if (frame.kind === KIND.written) this.#confirmed(file, frame.offset / PIECE);
    if (frame.kind === KIND.again) this.#again(file, frame.offset / PIECE);
  }

  /**
   * A lane is gone: what it carried is sent over the others. Confirmations may have been lost with it, so every piece in
   * flight is named again; what the other side has it then confirms once more.
   *
   * @param {Lane} lane
   */
  lost(lane) {
    const parts = /** @type {Set<Part>} */ (lane.carries);
    for (const part of parts) part.lane = null;
    lane.carries = new Set();
    const again = new Set([...this.#first, ...parts]);
    for (const file of this.#files.values()) for (const { parts: [digest] } of file.flying.values()) again.add(digest);
    for (const part of again) part.lane?.carries.delete(part);
    this.#first = [...again];
    this.pump();
  }

  /** Sends as much as goes now. */
  pump() {
    void this.#readAhead();
    for (let lane = this.#emptiest(); lane; lane = this.#emptiest()) {
      const part = this.#pace.open ? this.#next() : undefined;
      if (!part) return;
      const frame = part.piece.frame(part);
      if (!lane.send(frame)) {
        this.#first.unshift(part);
        continue;
      }
      part.lane = lane;
      lane.carries.add(part);
      this.handed += frame.length;
      this.#pace.spend(frame.length);
    }
  }

  #emptiest() {
    /** @type {Lane | undefined} */
    let best;
    for (const lane of this.#lanes()) if (lane.hasRoom && (!best || lane.waiting < best.waiting)) best = lane;
    return best;
  }

  #next() {
    const at = this.#first.findIndex(({ piece }) => !piece.file.paused);
    if (at >= 0) return this.#first.splice(at, 1)[0];
    // One that is asked for again goes first, also beyond the window: what came after it may have to wait for it over there.
    const again = this.#ready.findIndex(({ file, again }) => again && !file.paused);
    if (again < 0 && (this.#flying >= WINDOW || this.#flyingPieces >= WINDOW_PIECES)) return undefined;
    const found = again >= 0 ? again : this.#ready.findIndex(({ file }) => !file.paused);
    if (found < 0) return undefined;
    const [piece] = this.#ready.splice(found, 1);
    this.#launch(piece);
    this.#first.push(...piece.parts.slice(1));
    void this.#readAhead();
    return piece.parts[0];
  }

  /** @param {Piece} piece */
  #launch(piece) {
    piece.cut(this.#pace.isSlow ? UNIT : CHUNK);
    piece.file.flying.set(piece.index, piece);
    piece.file.sent += piece.bytes?.length ?? 0;
    this.#flying += piece.bytes?.length ?? 0;
    this.#flyingPieces += 1;
  }

  /** @param {Piece} piece */
  #land(piece) {
    for (const part of piece.parts) part.lane?.carries.delete(part);
    this.#flying -= piece.bytes?.length ?? 0;
    this.#flyingPieces -= 1;
    if (piece.bytes) piece.release();
  }

  async #readAhead() {
    if (this.#reading) return;
    this.#reading = true;
    for (let file = this.#wanting(); file; file = this.#wanting()) {
      try {
        const pieces = await file.read();
        if (this.#files.get(file.head.id) === file) this.#ready.push(...pieces);
      } catch (error) {
        this.#break(file, /** @type {Error} */ (error).name === "NotReadableError" ? "changed" : "unreadable");
      }
      queueMicrotask(() => this.pump());
    }
    this.#reading = false;
  }

  /** @returns {OutgoingFile | undefined} the first that has something to be read, unless enough has been read */
  #wanting() {
    if (this.#ready.filter(({ file }) => !file.paused).length >= READ_AHEAD) return undefined;
    return [...this.#files.values()].find((file) => !file.paused && file.hasMore);
  }

  /** @param {OutgoingFile} file @param {number} index */
  #confirmed(file, index) {
    const piece = file.confirm(index);
    if (!piece) return;
    this.#land(piece);
    this.#first = this.#first.filter((part) => part.piece !== piece);
    if (file.isThrough) this.#finish(file);
    this.pump();
  }

  /** @param {OutgoingFile} file @param {number} index */
  #again(file, index) {
    const found = file.repeat(index);
    if (!found) return;
    if (found.hopeless) return this.#break(file, "damaged");
    this.#land(found.piece);
    this.#first = this.#first.filter(({ piece }) => piece !== found.piece);
    file.sent -= found.piece.bytes?.length ?? 0;
    file.readAnew(index);
    this.pump();
  }

  /** @param {OutgoingFile} file */
  async #finish(file) {
    const root = await file.root();
    if (this.#files.get(file.head.id) === file) this.emit("through", { file, root });
  }

  /** @param {OutgoingFile} file @param {string} reason */
  #break(file, reason) {
    this.drop(file.head.id);
    this.emit("broken", { file, reason });
  }
}
