/** The transfers of a call, the newest first, and what their buttons do. */

import { maxWithoutStore } from "../../files/receive/destination.js";
import { store } from "../../files/storage/store.js";
import { Emitter } from "../../lib/emitter.js";
import { byId } from "../lib/page.js";
import { chooseDestination, saveItem } from "./save-files.js";
import { TransferItem } from "./transfer-item.js";

/** @import { FileExchange } from "../../files/exchange.js" */
/** @import { Transfer } from "../../files/protocol/transfer.js" */
/** @import { TransferAction, Who } from "./transfer-item.js" */

const TICK_MS = 1_000;

/**
 * @typedef {object} TransferListEvents
 * @property {void} changed any of the items
 * @property {{item: TransferItem}} send-again the files that failed are to be offered once more
 * @property {{item: TransferItem}} state of a transfer; what came is saved if the person had asked for that
 */

/** @extends {Emitter<TransferListEvents>} */
export class TransferList extends Emitter {
  #list = byId("files-list", HTMLElement);
  #exchange;
  #personOf;
  #signal;
  /** @type {Map<Transfer, TransferItem>} */
  #items = new Map();
  /** @type {{bytes: number, elsewhere: boolean} | undefined} */
  #space;
  /** Offers whose only file goes to the browser's downloads as soon as it is here. @type {WeakSet<Transfer>} */
  #downloads = new WeakSet();

  /** @param {FileExchange} exchange @param {(transfer: Transfer) => Who} personOf @param {AbortSignal} signal */
  constructor(exchange, personOf, signal) {
    super();
    this.#exchange = exchange;
    this.#personOf = personOf;
    this.#signal = signal;
    this.#list.replaceChildren();
    exchange.on("removed", ({ transfer }) => this.#remove(transfer), { signal });
    void this.#measureSpace();
    const timer = setInterval(() => this.#tick(), TICK_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  get items() {
    return [...this.#items.values()];
  }

  /** What leaving or closing would stop or lose, see `leave-guard.js`. */
  get atRisk() {
    const { items } = this;
    const count = (/** @type {(item: TransferItem) => boolean} */ which) => items.filter(which).length;
    const isOffer = (/** @type {Transfer} */ { direction, state, purpose }) => direction === "out" && state === "offered" && purpose !== "waiting";
    return {
      running: count(({ transfer }) => transfer.isRunning),
      waiting: count(({ transfer }) => isOffer(transfer)),
      saving: count(({ saving }) => saving !== null),
      unsaved: count((item) => item.isUnsaved),
      inMemory: count((item) => item.isUnsaved && this.#exchange.isInMemory(item.transfer)),
    };
  }

  /** Whether something that came can stay in this browser. */
  get canKeep() {
    return this.items.some(({ transfer, isUnsaved }) => {
      return transfer.direction === "in" && (isUnsaved || transfer.isRunning) && !this.#exchange.isInMemory(transfer);
    });
  }

  /** @returns {Promise<boolean>} whether everything is saved, as far as the browser says */
  async saveUnsaved() {
    for (const item of this.items) if (item.isUnsaved) await this.#save(item);
    return this.items.every(({ isUnsaved }) => !isUnsaved);
  }

  /** @param {Transfer} transfer @returns {TransferItem} */
  add(transfer) {
    const item = new TransferItem(transfer, this.#personOf(transfer));
    const signal = this.#signal;
    this.#items.set(transfer, item);
    this.#list.prepend(item.root);
    item.on("action", ({ action }) => void this.#runAction(item, action), { signal });
    transfer.on("changed", () => this.#update(item), { signal });
    transfer.on("state", () => void this.#onState(item), { signal });
    this.#update(item);
    if (transfer.direction === "in") void this.#measureSpace();
    return item;
  }

  /** What came was saved or removed in another tab, which of both is not known here. @param {string} id of a record */
  dropRecord(id) {
    for (const { transfer, isUnsaved, saving } of this.items) {
      if (!isUnsaved || saving !== null || !this.#exchange.recordsOf(transfer).includes(id)) continue;
      transfer.setSaved("");
      void this.#exchange.removeTransfer(transfer);
    }
  }

  /** Shows names and trust as they are now. */
  updateAll() {
    for (const item of this.#items.values()) this.#update(item);
  }

  /** @param {Transfer} transfer */
  #remove(transfer) {
    this.#items.get(transfer)?.root.remove();
    this.#items.delete(transfer);
    this.emit("changed");
  }

  /** @param {TransferItem} item */
  #update(item) {
    item.update(this.#personOf(item.transfer), this.#space);
    this.emit("changed");
  }

  /** @param {TransferItem} item */
  async #onState(item) {
    if (item.transfer.state === "done" && this.#downloads.has(item.transfer)) await this.#save(item);
    this.emit("state", { item });
  }

  /** @param {TransferItem} item @param {TransferAction} action */
  async #runAction(item, action) {
    const { transfer } = item;
    if (action === "download") this.#downloads.add(transfer);
    if (action === "download" || action === "receive") return this.#exchange.acceptTransfer(transfer, { kind: "store" });
    if (action === "stop-saving") return item.saving?.cancel();
    if (action === "save-to" && transfer.isOver) return this.#save(item, true);
    if (action === "save-to") {
      const destination = await chooseDestination(transfer);
      return destination ? this.#exchange.acceptTransfer(transfer, destination) : undefined;
    }
    if (action === "remove") {
      this.#remove(transfer);
      return this.#exchange.removeTransfer(transfer);
    }
    if (action === "send-again") {
      item.markSentAgain();
      this.#update(item);
      return this.emit("send-again", { item });
    }
    if (action === "save" || action === "save-again") return this.#save(item);
    this.#exchange.applyAction(transfer, action);
  }

  /** @param {TransferItem} item @param {boolean} [choose] where */
  async #save(item, choose = false) {
    const outcome = await saveItem(item, { choose, onChanged: () => this.#update(item) });
    if (outcome === null) return;
    await this.#exchange.freeSaved(item.transfer, outcome === "saved");
    this.#update(item);
  }

  #tick() {
    for (const item of this.#items.values()) {
      if (!item.transfer.isRunning) continue;
      item.measureSpeed();
      this.#update(item);
    }
  }

  async #measureSpace() {
    const stored = (await store.works()) ? await store.room() : 0;
    this.#space = { bytes: Math.max(stored, maxWithoutStore()), elsewhere: "showSaveFilePicker" in globalThis };
    this.updateAll();
  }
}
