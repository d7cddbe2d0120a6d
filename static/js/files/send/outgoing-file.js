/** A file that is being sent to one peer: reads it in blocks, hashes its pieces, and knows which of them are confirmed. */

import { sha256 } from "../../lib/encoding.js";
import { acquire, release, readInto } from "../storage/buffer-pool.js";
import { KIND, MAX_FRAME_BYTES, writeFrame } from "../protocol/frame.js";
import { DIGEST, PIECE, pieceCount, pieceLength, rootOf } from "../protocol/pieces.js";
import { RangeSet } from "../protocol/range-set.js";

/** @import { Bytes } from "../../lib/encoding.js" */
/** @import { Lane } from "../lanes/lane.js" */
/** @import { FileMetadata } from "../protocol/messages.js" */
/** @import { Ranges } from "../protocol/range-set.js" */
/**
 * What goes into one frame.
 * @typedef {object} Part
 * @property {Piece} piece
 * @property {number} from where in the piece; -1: its digest
 * @property {number} length
 * @property {Lane | null} lane over which it went
 */

/** @typedef {{bytes: Bytes, used: number}} Block read at once; used: pieces of it that are still needed */

/** Pieces read at once: reading 4 MB costs a fifth of what reading 64 KB at a time does. */
const BLOCK = 4;
/** A frame on its way to a lane, which copies it at once. */
const scratch = new Uint8Array(MAX_FRAME_BYTES);
/** How often the other side may ask for the same piece again. */
const MAX_NACKS = 3;

/** A piece in memory: read, hashed, and not confirmed yet. */
export class Piece {
  file;
  index;
  digest;
  bytes;
  /** @type {Part[]} */
  parts = [];
  /** Whether the other side asked for it again. */
  isRepeat = false;
  #block;

  /**
   * @param {OutgoingFile} file
   * @param {number} index
   * @param {Bytes} digest
   * @param {Bytes | null} bytes null: the other side has it already and only compares the digest
   * @param {Block} block what it was read with
   */
  constructor(file, index, digest, bytes, block) {
    this.file = file;
    this.index = index;
    this.digest = digest;
    this.bytes = bytes;
    this.#block = block;
    if (bytes === null) this.release();
  }

  /** Its bytes are not needed any more: once that holds for the whole block, its memory is free. */
  release() {
    this.#block.used -= 1;
    if (this.#block.used === 0) release(this.#block.bytes.buffer);
  }

  /**
   * Makes the parts: the digest, then the bytes.
   * @param {number} size of a part, in bytes: a multiple of `UNIT`, `CHUNK` at most
   */
  cut(size) {
    const length = this.bytes?.length ?? 0;
    this.parts = [{ piece: this, from: -1, length: DIGEST, lane: null }];
    for (let from = 0; from < length; from += size) this.parts.push({ piece: this, from, length: Math.min(size, length - from), lane: null });
  }

  /**
   * Writes the frame of a part.
   * @param {Part} part
   * @returns {Bytes} holds until the next frame is written
   */
  frame({ from, length }) {
    const { id } = this.file.head;
    const offset = this.index * PIECE;
    if (from < 0 || this.bytes === null) return writeFrame(KIND.digest, id, offset, this.digest, scratch);
    return writeFrame(KIND.chunk, id, offset + from, this.bytes.subarray(from, from + length), scratch);
  }
}

export class OutgoingFile {
  head;
  /** Whether its transfer stands still. */
  paused = false;
  /** Bytes of chunks handed to lanes, or had by the other side before. */
  sent = 0;
  /** Pieces handed to lanes and not confirmed. @type {Map<number, Piece>} */
  inFlight = new Map();
  #file;
  #digests;
  #had;
  #confirmed = new RangeSet();
  /** Pieces to read: the next one in order, and those asked for out of order. */
  #cursor = 0;
  /** @type {number[]} */
  #toReread = [];
  /** How often a piece was asked for again. @type {Map<number, number>} */
  #nacks = new Map();

  /**
   * @param {FileMetadata} head
   * @param {File} file
   * @param {Ranges} had pieces that the other side has already
   */
  constructor(head, file, had) {
    this.head = head;
    this.#file = file;
    this.#digests = new Uint8Array(pieceCount(head.size) * DIGEST);
    this.#had = new RangeSet(had);
    for (const [from, end] of had) for (let index = from; index < end; index += 1) this.sent += pieceLength(head.size, index);
  }

  /** Whether every piece is confirmed. */
  get isConfirmed() {
    return this.#confirmed.size === pieceCount(this.head.size);
  }

  /** Whether there are pieces that nobody has read yet. */
  get hasMore() {
    return this.#toReread.length > 0 || this.#cursor < pieceCount(this.head.size);
  }

  /**
   * Reads and hashes the next pieces.
   * @returns {Promise<Piece[]>} in order
   * @throws {DOMException} when the file cannot be read, or is not what it was when it was chosen (NotReadableError)
   */
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

  /**
   * Notes that a piece is written over there.
   * @param {number} index
   * @returns {Piece | undefined} the piece, when it was in flight
   */
  onAck(index) {
    const piece = this.inFlight.get(index);
    if (!piece) return undefined;
    this.inFlight.delete(index);
    this.#confirmed.add(index);
    return piece;
  }

  /**
   * Notes that a piece is not what its digest says over there: it will be read and sent again.
   * @param {number} index
   * @returns {{piece: Piece, hopeless: boolean} | null} hopeless: it has been asked for too often; null: it was not in flight
   */
  onNack(index) {
    const piece = this.inFlight.get(index);
    if (!piece) return null;
    const { size } = this.head;
    if (piece.bytes === null) this.sent -= pieceLength(size, index);
    this.#had.delete(index);
    const asked = (this.#nacks.get(index) ?? 0) + 1;
    this.#nacks.set(index, asked);
    return { piece, hopeless: asked > MAX_NACKS };
  }

  /** Puts a piece that is in flight back among those to be read. @param {number} index */
  rereadPiece(index) {
    this.inFlight.delete(index);
    this.#toReread.push(index);
  }

  /** @returns {Promise<Bytes>} the root, once every piece has been read */
  root() {
    return rootOf(this.head.size, this.#digests);
  }
}
