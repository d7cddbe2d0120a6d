/** Waiting transfers over one exchange, of the call or of the transfer room: offers those that are due, and receives. */

import { Emitter } from "../lib/emitter.js";

/** @import { FileExchange } from "../files/exchange.js" */
/** @import { SelectedFile } from "../files/protocol/metadata.js" */
/** @import { Transfer } from "../files/protocol/transfer.js" */

/**
 * @typedef {object} DeliveriesEvents
 * @property {{transfer: Transfer, files: SelectedFile[]}} ended ours is over, and this side did not end it
 * @property {{id: string}} unreadable ours is no longer in this browser
 * @property {{transfer: Transfer}} offered to us
 * @property {{transfer: Transfer}} received from another, whole
 * @property {void} changed anything that one sees of a transfer
 */

/** @extends {Emitter<DeliveriesEvents>} */
export class Deliveries extends Emitter {
  #exchange;
  /** Ours, by id; null: being prepared. @type {Map<string, Transfer | null>} */
  #outgoing = new Map();
  /** @type {Map<string, Transfer>} */
  #incoming = new Map();
  #life = new AbortController();

  /** @param {FileExchange} exchange */
  constructor(exchange) {
    super();
    this.#exchange = exchange;
    const { signal } = this.#life;
    exchange.on("added", ({ transfer }) => this.#onAdded(transfer), { signal });
    exchange.on("removed", ({ transfer }) => this.#incoming.delete(transfer.id) && this.emit("changed"), { signal });
    for (const transfer of exchange.transfers.values()) this.#onAdded(transfer);
  }

  /** Of ours that are being delivered. */
  get ids() {
    return [...this.#outgoing.keys()];
  }

  /** Offers to us without an answer. */
  get offers() {
    return [...this.#incoming.values()].filter(({ state }) => state === "offered");
  }

  /** @param {string} id @returns {Transfer | undefined} */
  transferOf(id) {
    return this.#outgoing.get(id) ?? this.#incoming.get(id);
  }

  /** @param {string} id @param {string} pid @param {() => Promise<SelectedFile[]>} readFiles */
  async deliver(id, pid, readFiles) {
    if (this.#outgoing.has(id)) return;
    this.#outgoing.set(id, null);
    const files = await readFiles();
    if (this.#life.signal.aborted || !this.#outgoing.has(id)) return;
    const offered = files.length > 0 ? this.#exchange.offerFiles(pid, files, { purpose: "waiting", id }) : null;
    const transfer = (await offered?.catch(() => null)) ?? null;
    if (transfer === null) return void (this.#outgoing.delete(id) && this.emit("unreadable", { id }));
    if (!this.#outgoing.has(id)) void this.#exchange.removeTransfer(transfer);
    else {
      this.#outgoing.set(id, transfer);
      this.#follow(transfer, () => this.#outgoing.delete(id) && this.emit("ended", { transfer, files }));
    }
  }

  /** Accepts an offer. @param {string} id */
  receive(id) {
    const transfer = this.#incoming.get(id);
    if (transfer) void this.#exchange.acceptTransfer(transfer, { kind: "store" });
  }

  /** Takes ours back, or declines theirs; nothing follows. @param {string} id */
  remove(id) {
    const transfer = this.transferOf(id);
    const mine = this.#outgoing.delete(id);
    if (!transfer) return;
    if (mine) void this.#exchange.removeTransfer(transfer);
    else if (!transfer.isOver) this.#exchange.applyAction(transfer, transfer.state === "offered" ? "decline" : "cancel");
    this.#incoming.delete(id);
    this.emit("changed");
  }

  close() {
    this.#life.abort();
  }

  /** @param {Transfer} transfer */
  #onAdded(transfer) {
    if (transfer.purpose !== "waiting" || transfer.direction !== "in") return;
    this.#incoming.set(transfer.id, transfer);
    this.#follow(transfer, () => transfer.state === "done" && this.emit("received", { transfer }));
    this.emit("offered", { transfer });
  }

  /** @param {Transfer} transfer @param {() => void} onOver */
  #follow(transfer, onOver) {
    const { signal } = this.#life;
    transfer.on("changed", () => this.emit("changed"), { signal });
    transfer.on("state", () => transfer.isOver && onOver(), { signal });
    this.emit("changed");
  }
}
