/**
 * A download that the page feeds through the service worker (`share/service-worker.js`): nothing is stored on the way, and the page
 * learns whether the browser has taken the last byte. The browser shows an aborted download as failed.
 */

import { toBase64Url } from "../../lib/encoding.js";
import { readyServiceWorker } from "../share/service-worker-client.js";

/** @import { Bytes } from "../../lib/encoding.js" */
/** @typedef {{bytes: Bytes | null, settle: (error?: Error) => void}} Waiting bytes: null: the end */

const ASK_MS = 5_000;
const ANSWER_MS = 10_000;
/** A browser that has pulled nothing by then does not download; some ask the person first. */
const BEGUN_MS = 60_000;
/** Removing the frame while its download starts may cancel it. */
const FRAME_MS = 10_000;

export class Download {
  #worker;
  #id = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
  #channel = new MessageChannel();
  /** In order; one goes for each pull of the browser. @type {Waiting[]} */
  #queue = [];
  #asked = 0;
  /** Whether the browser has pulled. */
  #begun = false;
  #life = new AbortController();

  /** @param {ServiceWorker} worker */
  constructor(worker) {
    this.#worker = worker;
  }

  /** @param {string} name @param {number} size bytes @returns {Promise<Download>} @throws {Error} when there is no service worker */
  static async start(name, size) {
    const download = new Download(await readyServiceWorker());
    await download.#begin(name, size);
    return download;
  }

  /** Aborted when the download is over: complete, or ended by the person, the browser or this page. */
  get signal() {
    return this.#life.signal;
  }

  /** @param {Bytes} bytes their buffer is transferred @returns {Promise<void>} settles when the browser has pulled them @throws {Error} when it ended */
  push(bytes) {
    return this.#enqueue(bytes);
  }

  /** @returns {Promise<void>} settles when the browser has taken everything, or has started the download of an empty file */
  close() {
    return this.#enqueue(null);
  }

  abort() {
    if (!this.signal.aborted) this.#channel.port1.postMessage({ act: "abort" });
    this.#end();
  }

  /** @param {string} name @param {number} size */
  async #begin(name, size) {
    const { port1, port2 } = this.#channel;
    port1.onmessage = ({ data: { act } }) => {
      if (act === "gone") this.#end();
      if (act !== "more") return;
      this.#asked += 1;
      this.#begun = true;
      this.#pass();
    };
    if (!(await this.#ask({ act: "open", head: { name, size } }, port2))) throw new Error("no download");
    // In a frame, so that the page stays. Its address is secret.
    const frame = document.createElement("iframe");
    frame.hidden = true;
    frame.src = `/files/save/${this.#id}`;
    document.body.append(frame);
    const begun = setTimeout(() => this.#begun || this.#end(), BEGUN_MS);
    const timer = setInterval(() => void this.#ask({ act: "ask" }).then((known) => known || this.#end()), ASK_MS);
    this.signal.addEventListener("abort", () => {
      clearInterval(timer);
      clearTimeout(begun);
      setTimeout(() => frame.remove(), FRAME_MS);
    });
    addEventListener("pagehide", () => this.abort(), { signal: this.signal });
  }

  /** @param {Bytes | null} bytes @returns {Promise<void>} */
  #enqueue(bytes) {
    return new Promise((resolve, reject) => {
      this.#queue.push({ bytes, settle: (error) => (error ? reject(error) : resolve()) });
      this.#pass();
    });
  }

  #pass() {
    if (this.signal.aborted) return this.#end();
    while (this.#asked > 0 && this.#queue.length > 0) {
      const { bytes, settle } = /** @type {Waiting} */ (this.#queue.shift());
      this.#asked -= 1;
      if (bytes) this.#channel.port1.postMessage({ act: "bytes", bytes }, [bytes.buffer]);
      else this.#channel.port1.postMessage({ act: "close" });
      settle();
      if (bytes === null) return this.#life.abort();
    }
  }

  /** Rejects all that wait. */
  #end() {
    this.#life.abort();
    for (const { settle } of this.#queue.splice(0)) settle(new Error("the download ended"));
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
