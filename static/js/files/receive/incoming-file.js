/**
 * A file being received: assembles pieces from chunks, verifies and writes them, and acknowledges them. Every frame is checked
 * against the offer: nothing is written outside the file, nothing is buffered beyond the window.
 */

import { Emitter } from "../../lib/emitter.js";
import { sha256 } from "../../lib/encoding.js";
import { acquire } from "../storage/buffer-pool.js";
import { KIND } from "../protocol/frame.js";
import { CHUNK, DIGEST, PIECE, UNIT, pieceCount, pieceLength, rootOf, sameBytes } from "../protocol/pieces.js";
import { RangeSet } from "../protocol/range-set.js";
import { WINDOW, WINDOW_PIECES } from "../send/send-queue.js";
import { reasonOf } from "../storage/sinks.js";

/** @import { Bytes } from "../../lib/encoding.js" */
/** @import { Frame } from "../protocol/frame.js" */
/** @import { FileMetadata } from "../protocol/messages.js" */
/** @import { Sink, WriteFailure } from "../storage/sinks.js" */
/** @typedef {{digest: Bytes | null, bytes: Bytes, got: Set<number>, closed: boolean}} OpenPiece got: units; closed: being verified */

/** Mismatches of one piece before the file fails. */
const MAX_WRONG = 3;

/**
 * @typedef {object} IncomingFileEvents
 * @property {{kind: number, offset: number}} answer `KIND.ack` or `KIND.nack`, to be sent
 * @property {{reason: "damaged" | "too-much" | WriteFailure}} failed for good
 */

/** @extends {Emitter<IncomingFileEvents>} */
export class IncomingFile extends Emitter {
  head;
  #sink;
  #have;
  #digests;
  /** @type {Map<number, OpenPiece>} */
  #open = new Map();
  /** Digest mismatches by piece. @type {Map<number, number>} */
  #wrong = new Map();
  #partial = 0;
  #written = 0;
  #over = false;

  /** @param {FileMetadata} head @param {Sink} sink */
  constructor(head, sink) {
    super();
    this.head = head;
    this.#sink = sink;
    this.#have = new RangeSet(sink.have);
    this.#digests = sink.digests;
    for (const [from, end] of sink.have) for (let index = from; index < end; index += 1) this.#written += pieceLength(head.size, index);
  }

  /** Bytes present, incomplete pieces included. */
  get received() {
    return this.#written + this.#partial;
  }

  /** Pieces present. */
  get have() {
    return this.#have.ranges;
  }

  /** @param {Frame} frame of this file */
  receiveFrame({ kind, offset, payload }) {
    if (this.#over) return;
    const index = Math.floor(offset / PIECE);
    const within = offset - index * PIECE;
    if (index >= pieceCount(this.head.size) || within % UNIT !== 0) return this.#fail("too-much");
    if (kind === KIND.digest) this.#takeDigest(index, within, payload);
    else if (kind === KIND.chunk) this.#takeChunk(index, within, payload);
  }

  /** Compares the root: a file is complete only after that. @param {Bytes} root the sender's @returns {Promise<boolean>} */
  async isWhole(root) {
    const { size } = this.head;
    return this.#have.size === pieceCount(size) && sameBytes(root, await rootOf(size, this.#digests));
  }

  stop() {
    this.#over = true;
    this.#open.clear();
  }

  /** @param {number} index @param {number} within @param {Bytes} payload */
  #takeDigest(index, within, payload) {
    if (within !== 0) return this.#fail("too-much");
    const digest = payload.slice();
    if (this.#have.has(index)) {
      if (sameBytes(digest, this.#digests.subarray(index * DIGEST, (index + 1) * DIGEST))) return this.#answer(KIND.ack, index);
      // The stored piece is of another version: the sender's digest counts.
      this.#have.delete(index);
      this.#written -= pieceLength(this.head.size, index);
      return this.#answer(KIND.nack, index);
    }
    const piece = this.#piece(index);
    if (!piece || piece.closed) return;
    piece.digest = digest;
    this.#complete(index, piece);
  }

  /** @param {number} index @param {number} within @param {Bytes} payload */
  #takeChunk(index, within, payload) {
    const length = pieceLength(this.head.size, index);
    const end = within + payload.length;
    if (end > length || payload.length > CHUNK || (end < length && end % UNIT !== 0)) return this.#fail("too-much");
    if (this.#have.has(index)) return;
    const piece = this.#piece(index);
    if (!piece || piece.closed) return;
    piece.bytes.set(payload, within);
    for (let unit = within; unit < end; unit += UNIT) {
      if (!piece.got.has(unit)) this.#partial += Math.min(UNIT, length - unit);
      piece.got.add(unit);
    }
    this.#complete(index, piece);
  }

  /** @param {number} index @returns {OpenPiece | undefined} */
  #piece(index) {
    const known = this.#open.get(index);
    if (known) return known;
    // Twice the window: pieces whose ack is under way are still open here but no longer in flight for the sender.
    if (this.#open.size >= Math.min(WINDOW_PIECES, (2 * WINDOW) / PIECE)) {
      this.#fail("too-much");
      return undefined;
    }
    const piece = { digest: null, bytes: new Uint8Array(acquire(pieceLength(this.head.size, index))), got: new Set(), closed: false };
    this.#open.set(index, piece);
    return piece;
  }

  /** Verifies and writes a piece that is complete. @param {number} index @param {OpenPiece} piece */
  async #complete(index, piece) {
    if (piece.digest === null || piece.got.size < Math.ceil(piece.bytes.length / UNIT)) return;
    piece.closed = true;
    const { digest, bytes } = piece;
    const { length } = bytes;
    const right = sameBytes(await sha256(bytes), digest);
    if (this.#over) return;
    if (!right) return this.#reject(index, length);
    try {
      await this.#sink.write(index, bytes, digest);
    } catch (error) {
      return this.#fail(reasonOf(error));
    }
    if (this.#over) return;
    this.#open.delete(index);
    this.#digests.set(digest, index * DIGEST);
    this.#have.add(index);
    this.#partial -= length;
    this.#written += length;
    this.#answer(KIND.ack, index);
  }

  /** @param {number} index @param {number} length */
  #reject(index, length) {
    this.#open.delete(index);
    this.#partial -= length;
    const wrong = (this.#wrong.get(index) ?? 0) + 1;
    this.#wrong.set(index, wrong);
    if (wrong > MAX_WRONG) this.#fail("damaged");
    else this.#answer(KIND.nack, index);
  }

  /** @param {number} kind @param {number} index */
  #answer(kind, index) {
    this.emit("answer", { kind, offset: index * PIECE });
  }

  /** @param {IncomingFileEvents["failed"]["reason"]} reason */
  #fail(reason) {
    if (this.#over) return;
    this.stop();
    this.emit("failed", { reason });
  }
}
