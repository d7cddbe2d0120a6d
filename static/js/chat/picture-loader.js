/**
 * Gets pictures of others: asks the author of a message for one, and takes only the transfer that the author names for it. A few
 * of each author come at a time.
 */

import { Emitter } from "../lib/emitter.js";
import { formatOf } from "./picture-format.js";

/** @import { FileExchange } from "../files/exchange.js" */
/** @import { Transfer } from "../files/protocol/transfer.js" */
/** @import { PictureOffered } from "./messages.js" */
/** @import { SharedPicture } from "./shared-picture.js" */
/** @typedef {ReturnType<typeof setTimeout>} Timer */

const MAX_LOADING = 2;
const ANSWER_TIMEOUT_MS = 20_000;

/**
 * @typedef {object} PictureLoaderEvents
 * @property {{picture: SharedPicture}} changed any property
 */

/** @extends {Emitter<PictureLoaderEvents>} */
export class PictureLoader extends Emitter {
  #exchange;
  #ask;
  #isConnected;
  /** Those that load and were not asked for yet. @type {SharedPicture[]} */
  #queue = [];
  /** Those that were asked for, and what ends the wait for an answer. @type {Map<SharedPicture, Timer | undefined>} */
  #asked = new Map();
  /** By the id of the transfer that was named and is not here yet. @type {Map<string, SharedPicture>} */
  #expected = new Map();
  /** Transfers that no one has named yet. @type {Map<Transfer, Timer>} */
  #unclaimed = new Map();

  /**
   * @param {FileExchange} exchange
   * @param {{ask: (picture: SharedPicture) => void, isConnected: (pid: string) => boolean}} author ask: sends the request
   * @param {AbortSignal} signal
   */
  constructor(exchange, { ask, isConnected }, signal) {
    super();
    this.#exchange = exchange;
    this.#ask = ask;
    this.#isConnected = isConnected;
    exchange.on("added", ({ transfer }) => this.#onTransfer(transfer), { signal });
    signal.addEventListener("abort", () => {
      for (const timer of [...this.#asked.values(), ...this.#unclaimed.values()]) clearTimeout(timer);
      for (const transfer of this.#unclaimed.keys()) void exchange.removeTransfer(transfer);
    });
  }

  /** @param {SharedPicture} picture @param {{first?: boolean}} [options] first: before others that wait */
  load(picture, { first = false } = {}) {
    if (!picture.canLoad) return;
    picture.state = "loading";
    if (first) this.#queue.unshift(picture);
    else this.#queue.push(picture);
    this.emit("changed", { picture });
    this.#askNext(picture.entry.pid);
  }

  /** Stops loading a picture, or frees it; it can be loaded again. @param {SharedPicture} picture */
  release(picture) {
    this.#settle(picture, "held");
  }

  /** Repeats the requests that an interruption may have lost. @param {string} pid */
  askAgain(pid) {
    for (const picture of this.#asked.keys()) if (picture.entry.pid === pid && picture.transfer === null) this.#request(picture);
  }

  /** @param {SharedPicture} picture its author is gone */
  abandon(picture) {
    if (picture.state === "loading") this.#settle(picture, "failed");
  }

  /** @param {string} pid @param {PictureOffered} offered */
  onOffered(pid, { id, picture: index, transfer }) {
    const expected = new Set(this.#expected.values());
    const fits = (/** @type {SharedPicture} */ one) => one.entry.pid === pid && one.entry.id === id && one.index === index;
    const picture = [...this.#asked.keys()].find((one) => fits(one) && one.transfer === null && !expected.has(one));
    if (!picture) return;
    if (transfer === "") {
      picture.isWithinReach = false;
      return this.#settle(picture, "failed");
    }
    this.#expected.set(transfer, picture);
    const unclaimed = [...this.#unclaimed.keys()].find((one) => one.id === transfer);
    if (unclaimed) this.#onTransfer(unclaimed);
  }

  /** @param {Transfer} transfer */
  #onTransfer(transfer) {
    if (transfer.purpose !== "chat" || transfer.direction !== "in") return;
    clearTimeout(this.#unclaimed.get(transfer));
    this.#unclaimed.delete(transfer);
    const picture = this.#expected.get(transfer.id);
    if (picture?.entry.pid === transfer.pid) return this.#accept(picture, transfer);
    // The message that names it may still be on its way.
    const refuse = () => {
      this.#unclaimed.delete(transfer);
      void this.#exchange.removeTransfer(transfer);
    };
    this.#unclaimed.set(transfer, setTimeout(refuse, ANSWER_TIMEOUT_MS));
  }

  /** @param {SharedPicture} picture @param {Transfer} transfer */
  #accept(picture, transfer) {
    this.#expected.delete(transfer.id);
    picture.transfer = transfer;
    const isAsStated = transfer.count === 1 && transfer.bytes === picture.stated.size && transfer.state === "offered";
    if (!isAsStated) return this.#settle(picture, "failed");
    clearTimeout(this.#asked.get(picture));
    this.#asked.set(picture, undefined);
    transfer.on("state", () => void this.#onState(picture, transfer));
    void this.#exchange.acceptTransfer(transfer, { kind: "memory" });
    this.emit("changed", { picture });
  }

  /** @param {SharedPicture} picture @param {Transfer} transfer */
  async #onState(picture, transfer) {
    if (!transfer.isOver || picture.transfer !== transfer || picture.state !== "loading") return;
    const blob = transfer.state === "done" ? transfer.entries[0].result : null;
    if (blob === null) return this.#settle(picture, "failed");
    const format = await formatOf(blob).catch(() => null);
    if (picture.transfer !== transfer || picture.state !== "loading") return;
    picture.format = format;
    picture.blob = format ? blob.slice(0, blob.size, format.type) : blob;
    picture.state = "here";
    this.#free(picture);
  }

  /** @param {SharedPicture} picture @param {"held" | "failed"} state */
  #settle(picture, state) {
    const { transfer } = picture;
    picture.state = state;
    picture.blob = null;
    picture.transfer = null;
    if (transfer) void this.#exchange.removeTransfer(transfer);
    this.#free(picture);
  }

  /** Makes room for the next one. @param {SharedPicture} picture */
  #free(picture) {
    this.#queue = this.#queue.filter((one) => one !== picture);
    clearTimeout(this.#asked.get(picture));
    this.#asked.delete(picture);
    for (const [id, one] of this.#expected) if (one === picture) this.#expected.delete(id);
    this.emit("changed", { picture });
    this.#askNext(picture.entry.pid);
  }

  /** @param {string} pid */
  #askNext(pid) {
    const isOfPeer = (/** @type {SharedPicture} */ picture) => picture.entry.pid === pid;
    while ([...this.#asked.keys()].filter(isOfPeer).length < MAX_LOADING) {
      const picture = this.#queue.find(isOfPeer);
      if (!picture) return;
      this.#queue.splice(this.#queue.indexOf(picture), 1);
      this.#request(picture);
    }
  }

  /** @param {SharedPicture} picture */
  #request(picture) {
    clearTimeout(this.#asked.get(picture));
    // While the connection is interrupted no answer can come.
    const expire = () => this.#isConnected(picture.entry.pid) && this.#settle(picture, "failed");
    this.#asked.set(picture, setTimeout(expire, ANSWER_TIMEOUT_MS));
    this.#ask(picture);
  }
}
