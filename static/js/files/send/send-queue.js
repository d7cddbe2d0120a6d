/**
 * Sends files to one peer: reads ahead, hands parts to lanes with room, and resends what a broken lane carried. Memory stays flat:
 * at most `WINDOW` bytes are unacknowledged, and a few pieces are read ahead. Backpressure comes from lanes, not from timers, so
 * a background tab sends at full speed.
 */

import { Emitter } from "../../lib/emitter.js";
import { KIND } from "../protocol/frame.js";
import { CHUNK, PIECE, UNIT } from "../protocol/pieces.js";
import { Pacer } from "./pacer.js";

/** @import { Frame } from "../protocol/frame.js" */
/** @import { Bytes } from "../../lib/encoding.js" */
/** @import { Lane } from "../lanes/lane.js" */
/** @import { OutgoingFile, Part, Piece } from "./outgoing-file.js" */

/** Unacknowledged bytes; a receiver must be ready to buffer as many. */
export const WINDOW = 8_000_000;
/** Unacknowledged pieces: a small file is one piece. */
export const WINDOW_PIECES = 256;
/** Pieces in memory that no lane has taken. */
const READ_AHEAD = 4;

/**
 * @typedef {object} SendQueueEvents
 * @property {{file: OutgoingFile, root: Bytes}} sent every piece is acknowledged
 * @property {{file: OutgoingFile, reason: string}} failed the file is changed, unreadable or damaged
 * @property {void} idle nothing is queued
 */

/** @extends {Emitter<SendQueueEvents>} */
export class SendQueue extends Emitter {
  /** Bytes handed to lanes in all. */
  sentBytes = 0;
  #lanes;
  /** @type {Map<number, OutgoingFile>} */
  #files = new Map();
  /** @type {Piece[]} */
  #ready = [];
  /** Sent first: the rest of a piece, and what a lane lost. @type {Part[]} */
  #resendParts = [];
  #inFlight = 0;
  #piecesInFlight = 0;
  #reading = false;
  #pacer = new Pacer(() => this.pump(), () => this.waiting);

  /** @param {() => Lane[]} lanes connected ones */
  constructor(lanes) {
    super();
    this.#lanes = lanes;
  }

  get isBusy() {
    return [...this.#files.values()].some(({ paused }) => !paused);
  }

  /** Bytes not handed to lanes yet. */
  get left() {
    return [...this.#files.values()].reduce((sum, { head, sent }) => sum + head.size - sent, 0);
  }

  /** Whether the lanes are the bottleneck, not reading the file or the receiver's disk. */
  get isSaturated() {
    return this.#ready.some(({ file }) => !file.paused) && this.#inFlight < WINDOW;
  }

  /** Bytes in the lanes. */
  get waiting() {
    return this.#lanes().reduce((sum, { waiting }) => sum + waiting, 0);
  }

  /** Bytes a second; `Infinity`: no limit. */
  set limit(/** @type {number} */ rate) {
    this.#pacer.rate = rate;
    this.pump();
  }

  /** @param {OutgoingFile} file */
  addFile(file) {
    this.#files.set(file.head.id, file);
    if (file.isConfirmed) this.#finish(file);
    else this.pump();
  }

  /** @param {number} id @param {boolean} paused */
  pauseFile(id, paused) {
    const file = this.#files.get(id);
    if (!file) return;
    file.paused = paused;
    this.pump();
  }

  /** Removes a file, finished or not. @param {number} id */
  dropFile(id) {
    const file = this.#files.get(id);
    if (!file) return;
    this.#files.delete(id);
    for (const piece of file.inFlight.values()) this.#release(piece);
    file.inFlight.clear();
    this.#ready = this.#ready.filter((piece) => piece.file !== file);
    this.#resendParts = this.#resendParts.filter(({ piece }) => piece.file !== file);
    if (this.#files.size === 0) this.emit("idle");
    this.pump();
  }

  /** Handles an ack or nack. @param {Frame} frame */
  receiveAnswer(frame) {
    const file = this.#files.get(frame.file);
    if (!file || frame.offset % PIECE !== 0) return;
    if (frame.kind === KIND.ack) this.#onAck(file, frame.offset / PIECE);
    if (frame.kind === KIND.nack) this.#onNack(file, frame.offset / PIECE);
  }

  /** Resends what the lane carried, and the digests of all pieces in flight: acks may be lost with it. @param {Lane} lane */
  onLaneLost(lane) {
    const parts = /** @type {Set<Part>} */ (lane.carries);
    for (const part of parts) part.lane = null;
    lane.carries = new Set();
    const again = new Set([...this.#resendParts, ...parts]);
    for (const file of this.#files.values()) for (const { parts: [digest] } of file.inFlight.values()) again.add(digest);
    for (const part of again) part.lane?.carries.delete(part);
    this.#resendParts = [...again];
    this.pump();
  }

  /** Sends as much as the lanes take. */
  pump() {
    void this.#readAhead();
    for (let lane = this.#emptiest(); lane; lane = this.#emptiest()) {
      const part = this.#pacer.open ? this.#next() : undefined;
      if (!part) return;
      const frame = part.piece.frame(part);
      if (!lane.send(frame)) {
        this.#resendParts.unshift(part);
        continue;
      }
      part.lane = lane;
      lane.carries.add(part);
      this.sentBytes += frame.length;
      this.#pacer.spendBytes(frame.length);
    }
  }

  #emptiest() {
    /** @type {Lane | undefined} */
    let best;
    let least = 1;
    for (const lane of this.#lanes()) {
      const { fullness } = lane;
      if (fullness < least) [best, least] = [lane, fullness];
    }
    return best;
  }

  #next() {
    const at = this.#resendParts.findIndex(({ piece }) => !piece.file.paused);
    if (at >= 0) return this.#resendParts.splice(at, 1)[0];
    // Retries ignore the window: the receiver may be waiting for them before it frees any of it.
    const again = this.#ready.findIndex(({ file, isRepeat: again }) => again && !file.paused);
    if (again < 0 && (this.#inFlight >= WINDOW || this.#piecesInFlight >= WINDOW_PIECES)) return undefined;
    const found = again >= 0 ? again : this.#ready.findIndex(({ file }) => !file.paused);
    if (found < 0) return undefined;
    const [piece] = this.#ready.splice(found, 1);
    this.#startPiece(piece);
    this.#resendParts.push(...piece.parts.slice(1));
    void this.#readAhead();
    return piece.parts[0];
  }

  /** @param {Piece} piece */
  #startPiece(piece) {
    piece.cut(this.#pacer.isSlow ? UNIT : CHUNK);
    piece.file.inFlight.set(piece.index, piece);
    piece.file.sent += piece.bytes?.length ?? 0;
    this.#inFlight += piece.bytes?.length ?? 0;
    this.#piecesInFlight += 1;
  }

  /** @param {Piece} piece */
  #release(piece) {
    for (const part of piece.parts) part.lane?.carries.delete(part);
    this.#inFlight -= piece.bytes?.length ?? 0;
    this.#piecesInFlight -= 1;
    if (piece.bytes) piece.release();
  }

  async #readAhead() {
    if (this.#reading) return;
    this.#reading = true;
    for (let file = this.#nextToRead(); file; file = this.#nextToRead()) {
      try {
        const pieces = await file.readPieces();
        if (this.#files.get(file.head.id) === file) this.#ready.push(...pieces);
      } catch (error) {
        this.#fail(file, /** @type {Error} */ (error).name === "NotReadableError" ? "changed" : "unreadable");
      }
      queueMicrotask(() => this.pump());
    }
    this.#reading = false;
  }

  /** @returns {OutgoingFile | undefined} undefined: enough is read ahead, or nothing is left */
  #nextToRead() {
    if (this.#ready.filter(({ file }) => !file.paused).length >= READ_AHEAD) return undefined;
    return [...this.#files.values()].find((file) => !file.paused && file.hasMore);
  }

  /** @param {OutgoingFile} file @param {number} index */
  #onAck(file, index) {
    const piece = file.onAck(index);
    if (!piece) return;
    this.#release(piece);
    this.#resendParts = this.#resendParts.filter((part) => part.piece !== piece);
    if (file.isConfirmed) this.#finish(file);
    this.pump();
  }

  /** @param {OutgoingFile} file @param {number} index */
  #onNack(file, index) {
    const found = file.onNack(index);
    if (!found) return;
    if (found.hopeless) return this.#fail(file, "damaged");
    this.#release(found.piece);
    this.#resendParts = this.#resendParts.filter(({ piece }) => piece !== found.piece);
    file.sent -= found.piece.bytes?.length ?? 0;
    file.rereadPiece(index);
    this.pump();
  }

  /** @param {OutgoingFile} file */
  async #finish(file) {
    const root = await file.root();
    if (this.#files.get(file.head.id) === file) this.emit("sent", { file, root });
  }

  /** @param {OutgoingFile} file @param {string} reason */
  #fail(file, reason) {
    this.dropFile(file.head.id);
    this.emit("failed", { file, reason });
  }
}
