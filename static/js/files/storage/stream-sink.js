/**
 * A sink that streams a file to the browser's downloads, so that nothing is stored. Downloads need bytes in order, so early pieces
 * wait; the window bounds them.
 */

import { DIGEST, pieceCount } from "../protocol/pieces.js";
import { Download } from "../save/download.js";
import { hasServiceWorker } from "../share/service-worker-client.js";

/** @import { Bytes } from "../../lib/encoding.js" */
/** @import { FileMetadata } from "../protocol/messages.js" */
/** @import { Sink } from "./sinks.js" */

/** Whether files can be streamed to the downloads. */
export function streams() {
  return hasServiceWorker();
}

/** @param {FileMetadata} head @returns {Promise<Sink>} @throws {Error} when there is no service worker */
export async function streamSink({ name, size }) {
  const download = await Download.start(name, size);
  const pieces = new OrderedPieces(download, pieceCount(size) - 1);
  return {
    have: [],
    digests: new Uint8Array(pieceCount(size) * DIGEST),
    write: (index, bytes) => pieces.write(index, bytes),
    finish: () => pieces.close().then(() => ({ blob: null, where: "" })),
    keep: async () => download.abort(),
    discard: async () => download.abort(),
  };
}

/** Takes pieces in any order, and passes them on in order. */
class OrderedPieces {
  #download;
  #last;
  /** Pieces that wait for their turn. @type {Map<number, {bytes: Bytes, settle: (error?: Error) => void}>} */
  #early = new Map();
  #next = 0;
  #closing = false;

  /** @param {Download} download @param {number} last index */
  constructor(download, last) {
    this.#download = download;
    this.#last = last;
    download.signal.addEventListener("abort", () => this.#end());
  }

  /** @param {number} index @param {Bytes} bytes @returns {Promise<void>} settles when the browser has pulled the piece */
  write(index, bytes) {
    return new Promise((resolve, reject) => {
      const settle = (/** @type {Error | undefined} */ error = undefined) => (error ? reject(error) : resolve());
      this.#early.set(index, { bytes, settle });
      // The last piece waits for the file's root: without it, the browser cannot take the download for complete.
      if (index === this.#last) settle();
      this.#pass();
    });
  }

  /** @returns {Promise<void>} */
  close() {
    this.#closing = true;
    this.#pass();
    return this.#download.close();
  }

  #pass() {
    if (this.#download.signal.aborted) return this.#end();
    for (let piece = this.#early.get(this.#next); piece; piece = this.#early.get(this.#next)) {
      if (this.#next === this.#last && !this.#closing) return;
      this.#early.delete(this.#next);
      this.#next += 1;
      this.#download.push(piece.bytes).then(() => piece.settle(), piece.settle);
    }
  }

  /** Rejects all that wait. */
  #end() {
    for (const { settle } of this.#early.values()) settle(new Error("the download ended"));
    this.#early.clear();
  }
}
