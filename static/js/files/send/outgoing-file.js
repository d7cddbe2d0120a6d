/** A file being sent to one peer: reads it in blocks, hashes its pieces, and tracks their acknowledgements. */

import { sha256 } from "../../lib/encoding.js";
import { acquire, release, readInto } from "../storage/buffer-pool.js";
import { KIND, MAX_FRAME_BYTES, writeFrame } from "../protocol/frame.js";
import { DIGEST, PIECE, pieceCount, pieceLength, rootOf } from "../protocol/pieces.js";
import { RangeSet } from "../protocol/range-set.js";

/** @import { Bytes } from "../../lib/encoding.js" */
/** @import { Lane } from "../lanes/lane.js" */
/** @import { FileMetadata } from "../protocol/messages.js" */
/** @import { Ranges } from "../protocol/range-set.js" */
/** @typedef {{piece: Piece, from: number, length: number, lane: Lane | null}} Part of a piece, one frame; from: -1 for its digest */

/** @typedef {{bytes: Bytes, used: number}} Block pieces read at once; used: those still in memory */

/** Pieces read at once: 4 MB reads cost a fifth of 64 KB reads. */
const BLOCK = 4;
/** The current frame; `RTCDataChannel.send` copies it at once. */
const scratch = new Uint8Array(MAX_FRAME_BYTES);
const MAX_NACKS = 3;

/** A piece in memory: read and hashed, not acknowledged. */
export class Piece {
  file;
  index;
  digest;
  bytes;
  /** @type {Part[]} */
  parts = [];
  isRepeat = false;
  #block;

  /**
   * @param {OutgoingFile} file @param {number} index @param {Bytes} digest
   * @param {Bytes | null} bytes null: the receiver has them and only compares the digest @param {Block} block
   */
  constructor(file, index, digest, bytes, block) {
    this.file = file;
    this.index = index;
    this.digest = digest;
    this.bytes = bytes;
    this.#block = block;
    if (bytes === null) this.release();
  }

  /** Frees the bytes; memory is reused once the whole block is free. */
  release() {
    this.#block.used -= 1;
    if (this.#block.used === 0) release(this.#block.bytes.buffer);
  }

  /** Splits it into its digest and its chunks. @param {number} size of a chunk: a multiple of `UNIT`, at most `CHUNK` */
  cut(size) {
    const length = this.bytes?.length ?? 0;
    this.parts = [{ piece: this, from: -1, length: DIGEST, lane: null }];
    for (let from = 0; from < length; from += size) this.parts.push({ piece: this, from, length: Math.min(size, length - from), lane: null });
  }

  /** @param {Part} part @returns {Bytes} valid until the next call */
  frame({ from, length }) {
    const { id } = this.file.head;
    const offset = this.index * PIECE;
    if (from < 0 || this.bytes === null) return writeFrame(KIND.digest, id, offset, this.digest, scratch);
    return writeFrame(KIND.chunk, id, offset + from, this.bytes.subarray(from, from + length), scratch);
  }
}

export class OutgoingFile {
  head;
  paused = false;
  /** Bytes handed to lanes, or present at the receiver from the start. */
  sent = 0;
  /** Bytes that the receiver has, by its acknowledgements and by what it had from the start. */
  arrived = 0;
  /** Handed to lanes and not acknowledged. @type {Map<number, Piece>} */
  inFlight = new Map();
  #file;
  #digests;
  #had;
  #confirmed = new RangeSet();
  /** The next piece to read in order; retries come first. */
  #cursor = 0;
  /** @type {number[]} */
  #toReread = [];
  /** Retries by piece. @type {Map<number, number>} */
  #nacks = new Map();

  /** @param {FileMetadata} head @param {File} file @param {Ranges} had pieces that the receiver already has */
  constructor(head, file, had) {
    this.head = head;
    this.#file = file;
    this.#digests = new Uint8Array(pieceCount(head.size) * DIGEST);
    this.#had = new RangeSet(had);
    for (const [from, end] of had) for (let index = from; index < end; index += 1) this.sent += pieceLength(head.size, index);
    this.arrived = this.sent;
  }

  get isConfirmed() {
    return this.#confirmed.size === pieceCount(this.head.size);
  }

  get hasMore() {
    return this.#toReread.length > 0 || this.#cursor < pieceCount(this.head.size);
  }

  /** @returns {Promise<Piece[]>} in order @throws {DOMException} NotReadableError when the file has changed or is unreadable */
  async readPieces() {
    const { size } = this.head;
    const first = this.#toReread.shift() ?? this.#cursor;
    const ordered = first === this.#cursor;
    const count = ordered ? Math.min(BLOCK, pieceCount(size) - first) : 1;
    if (ordered) this.#cursor += count;
    const from = first * PIECE;
    const end = Math.min(size, from + count * PIECE);
    const bytes = await readInto(this.#file.slice(from, end), acquire(end - from));
    if (bytes.length !== end - from) throw new DOMException("the file is shorter than it was", "NotReadableError");
    const block = { bytes, used: count };
    const pieces = Array.from({ length: count }, (_, at) => bytes.subarray(at * PIECE, at * PIECE + pieceLength(size, first + at)));
    const digests = await Promise.all(pieces.map((piece) => sha256(piece)));
    return pieces.map((piece, at) => {
      const index = first + at;
      this.#digests.set(digests[at], index * DIGEST);
      const made = new Piece(this, index, digests[at], this.#had.has(index) ? null : piece, block);
      made.isRepeat = !ordered;
      return made;
    });
  }

  /** @param {number} index @returns {Piece | undefined} the acknowledged piece, if it was in flight */
  onAck(index) {
    const piece = this.inFlight.get(index);
    if (!piece) return undefined;
    this.inFlight.delete(index);
    this.#confirmed.add(index);
    this.arrived += piece.bytes?.length ?? 0;
    return piece;
  }

  /** @param {number} index @returns {{piece: Piece, hopeless: boolean} | null} hopeless: retried too often; null: not in flight */
  onNack(index) {
    const piece = this.inFlight.get(index);
    if (!piece) return null;
    const { size } = this.head;
    if (piece.bytes === null) {
      this.sent -= pieceLength(size, index);
      this.arrived -= pieceLength(size, index);
    }
    this.#had.delete(index);
    const asked = (this.#nacks.get(index) ?? 0) + 1;
    this.#nacks.set(index, asked);
    return { piece, hopeless: asked > MAX_NACKS };
  }

  /** Reads a piece again. @param {number} index */
  rereadPiece(index) {
    this.inFlight.delete(index);
    this.#toReread.push(index);
  }

  /** @returns {Promise<Bytes>} valid once every piece has been read */
  root() {
    return rootOf(this.head.size, this.#digests);
  }
}
