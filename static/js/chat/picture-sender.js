/** Sends our own pictures to the people who ask for them, one transfer for each. */

import { Emitter } from "../lib/emitter.js";

/** @import { FileExchange } from "../files/exchange.js" */
/** @import { Transfer } from "../files/protocol/transfer.js" */
/** @import { PictureOffered } from "./messages.js" */
/** @import { SharedPicture } from "./shared-picture.js" */

/** How often one person gets one picture: it may be dropped for lack of memory, or its connection break. */
const MAX_REPEATS = 5;
/** To one person at a time; a browser of ours asks for two. */
const MAX_AT_ONCE = 4;

/**
 * @typedef {object} PictureSenderEvents
 * @property {{picture: SharedPicture}} changed `missing`, or the state
 */

/** @extends {Emitter<PictureSenderEvents>} */
export class PictureSender extends Emitter {
  #exchange;
  #answer;
  /** By picture and person. @type {WeakMap<SharedPicture, Map<string, number>>} */
  #repeats = new WeakMap();
  /** By person: files that are being read, and transfers. @type {Map<string, Map<SharedPicture, Transfer | null>>} */
  #active = new Map();

  /** @param {FileExchange} exchange @param {(pid: string, offered: PictureOffered) => void} answer */
  constructor(exchange, answer) {
    super();
    this.#exchange = exchange;
    this.#answer = answer;
  }

  /** @param {string} pid @param {{id: string, picture: number}} wanted @param {SharedPicture | undefined} picture undefined: there is none, or no more */
  async onWanted(pid, wanted, picture) {
    const active = this.#active.get(pid) ?? new Map();
    this.#active.set(pid, active);
    // Asked again after an interruption.
    if (picture && active.has(picture)) return this.#nameTransfer(pid, wanted, active.get(picture));
    if (!picture?.blob || active.size >= MAX_AT_ONCE || !this.#mayHave(picture, pid)) return this.#answer(pid, { ...wanted, transfer: "" });
    active.set(picture, null);
    const transfer = await this.#offer(pid, picture);
    if (transfer && this.#active.get(pid) !== active) return void this.#exchange.removeTransfer(transfer);
    if (!transfer) {
      active.delete(picture);
      return this.#answer(pid, { ...wanted, transfer: "" });
    }
    active.set(picture, transfer);
    picture.missing.set(pid, transfer);
    transfer.on("state", () => this.#onState(pid, picture, transfer));
    this.#nameTransfer(pid, wanted, transfer);
    this.emit("changed", { picture });
  }

  /** @param {string} pid has left */
  forgetPeer(pid) {
    for (const transfer of this.#active.get(pid)?.values() ?? []) if (transfer) void this.#exchange.removeTransfer(transfer);
    this.#active.delete(pid);
  }

  /** @param {string} pid @param {{id: string, picture: number}} wanted @param {Transfer | null} transfer null: the file is being read */
  #nameTransfer(pid, { id, picture }, transfer) {
    if (transfer) this.#answer(pid, { id, picture, transfer: transfer.id });
  }

  /** @param {SharedPicture} picture @param {string} pid */
  #mayHave(picture, pid) {
    const repeats = this.#repeats.get(picture) ?? new Map();
    this.#repeats.set(picture, repeats);
    repeats.set(pid, (repeats.get(pid) ?? 0) + 1);
    return repeats.get(pid) <= MAX_REPEATS;
  }

  /** @param {string} pid @param {SharedPicture} picture @returns {Promise<Transfer | null>} null: the file was changed, moved or deleted */
  async #offer(pid, picture) {
    const file = /** @type {File} */ (picture.blob);
    try {
      return await this.#exchange.offerFiles(pid, [{ file, path: [] }], { purpose: "chat" });
    } catch {
      picture.state = "failed";
      this.emit("changed", { picture });
      return null;
    }
  }

  /** @param {string} pid @param {SharedPicture} picture @param {Transfer} transfer */
  #onState(pid, picture, transfer) {
    if (!transfer.isOver) return;
    const active = this.#active.get(pid);
    if (active?.get(picture) === transfer) active.delete(picture);
    if (transfer.state === "done") picture.missing.delete(pid);
    else if (picture.missing.has(pid)) picture.missing.set(pid, null);
    void this.#exchange.removeTransfer(transfer);
    this.emit("changed", { picture });
  }
}
