/**
 * A sink that streams a file to the browser's downloads through the service worker, so that nothing is stored. Downloads need
 * bytes in order, so early pieces wait; the window bounds them. The browser shows an aborted download as failed.
 */

import { toBase64Url } from "../../lib/encoding.js";
import { DIGEST, pieceCount } from "../protocol/pieces.js";
import { hasServiceWorker, readyServiceWorker } from "../share/service-worker-client.js";

/** @import { Bytes } from "../../lib/encoding.js" */
/** @import { FileMetadata } from "../protocol/messages.js" */
/** @import { Sink } from "./sinks.js" */

const ASK_MS = 5_000;
const ANSWER_MS = 10_000;
/** A browser that has pulled nothing by then does not download; some ask the person first. */
const BEGUN_MS = 60_000;
/** Removing the frame while its download starts may cancel it. */
const FRAME_MS = 10_000;

/** Whether files can be streamed to the downloads. */
export function streams() {
  return hasServiceWorker();
}

/** @param {FileMetadata} head @returns {Promise<Sink>} @throws {Error} when there is no service worker */
export async function streamSink({ name, size }) {
  const worker = await readyServiceWorker();
  const download = new Download(worker, size);
  await download.begin(name);
  return {
    have: [],
    digests: new Uint8Array(pieceCount(size) * DIGEST),
    write: (index, bytes) => download.write(index, bytes),
    finish: () => download.close().then(() => null),
    keep: async () => download.abort(),
    discard: async () => download.abort(),
  };
}

/** One download: takes pieces in any order and sends them in order, one for each pull of the browser. */
class Download {
  #worker;
  #size;
  #last;
  #id = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
  #channel = new MessageChannel();
  /** Pieces that wait for their turn. @type {Map<number, {bytes: Bytes, settle: (error?: Error) => void}>} */
  #early = new Map();
  #next = 0;
  #asked = 0;
  /** Whether the browser has not pulled yet. */
  #first = true;
  /** Called when all of a complete file has gone. @type {((error?: Error) => void) | null} */
  #closing = null;
  #life = new AbortController();

  /** @param {ServiceWorker} worker @param {number} size bytes */
  constructor(worker, size) {
    this.#worker = worker;
    this.#size = size;
    this.#last = pieceCount(size) - 1;
  }

  /** @param {string} name */
  async begin(name) {
    const { port1, port2 } = this.#channel;
    port1.onmessage = ({ data: { act } }) => {
      if (act === "gone") this.#end();
      if (act !== "more") return;
      this.#asked += 1;
      this.#first = false;
      this.#pass();
    };
    if (!(await this.#ask({ act: "open", head: { name, size: this.#size } }, port2))) throw new Error("no download");
    const { signal } = this.#life;
    // In a frame, so that the page stays. Its address is secret.
    const frame = document.createElement("iframe");
    frame.hidden = true;
    frame.src = `/files/save/${this.#id}`;
    document.body.append(frame);
    const begun = setTimeout(() => this.#first && this.#end(), BEGUN_MS);
    const timer = setInterval(() => void this.#ask({ act: "ask" }).then((known) => known || this.#end()), ASK_MS);
    signal.addEventListener("abort", () => {
      clearInterval(timer);
      clearTimeout(begun);
      setTimeout(() => frame.remove(), FRAME_MS);
    });
    addEventListener("pagehide", () => this.abort(), { signal });
  }

  /** @param {number} index @param {Bytes} bytes @returns {Promise<void>} settles when the browser has pulled the piece */
  write(index, bytes) {
    return settled((settle) => {
      this.#early.set(index, { bytes, settle });
      // The last piece waits for the file's root: without it, the browser cannot take the download for complete.
      if (index === this.#last) settle();
      this.#pass();
    });
  }

  close() {
    return settled((settle) => {
      this.#closing = settle;
      this.#pass();
    });
  }

  abort() {
    if (!this.#life.signal.aborted) this.#channel.port1.postMessage({ act: "abort" });
    this.#end();
  }

  #pass() {
    if (this.#life.signal.aborted) return this.#end();
    for (let piece = this.#early.get(this.#next); piece && this.#asked > 0; piece = this.#early.get(this.#next)) {
      if (this.#next === this.#last && !this.#closing) return;
      this.#early.delete(this.#next);
      this.#next += 1;
      this.#asked -= 1;
      this.#channel.port1.postMessage({ act: "bytes", bytes: piece.bytes }, [piece.bytes.buffer]);
      piece.settle();
    }
    // The final pull shows that the browser has taken everything, or has started the download of an empty file.
    if (!this.#closing || this.#next <= this.#last || this.#asked === 0) return;
    this.#channel.port1.postMessage({ act: "close" });
    this.#closing();
    this.#life.abort();
  }

  /** Rejects all that wait. */
  #end() {
    this.#life.abort();
    const error = new Error("the download ended");
    for (const { settle } of this.#early.values()) settle(error);
    this.#early.clear();
    this.#closing?.(error);
  }

  /** @param {object} question @param {MessagePort[]} ports for the download, when it starts @returns {Promise<boolean>} whether it is known */
  #ask(question, ...ports) {
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      const late = setTimeout(() => resolve(false), ANSWER_MS);
      port1.onmessage = ({ data }) => {
        clearTimeout(late);
        port1.close();
        resolve(data === true);
      };
      this.#worker.postMessage({ ...question, id: this.#id }, [port2, ...ports]);
    });
  }
}

/** @param {(settle: (error?: Error) => void) => void} act @returns {Promise<void>} */
function settled(act) {
  return new Promise((resolve, reject) => act((error) => (error ? reject(error) : resolve())));
}
