/** The transfers of this tab: those in the list, and others about which a peer may speak. */

/** @import { Transfer } from "./protocol/transfer.js" */

/** Offers that are not listed yet, and transfers that were removed but whose last message may have to be repeated. */
const MAX_UNLISTED = 200;

/** Offers of one person that were withdrawn, declined or failed and stay listed. */
const MAX_VAIN = 40;

export class TransferList {
  /** By id. @type {Map<string, Transfer>} */
  listed = new Map();
  /** @type {Map<string, Transfer>} */
  #unlisted = new Map();

  get all() {
    return [...this.#unlisted.values(), ...this.listed.values()];
  }

  /** @param {string} pid of its peer @param {string} id @returns {Transfer | undefined} */
  find(pid, id) {
    const transfer = this.byId(id);
    return transfer?.pid === pid ? transfer : undefined;
  }

  /** @param {string} id @returns {Transfer | undefined} */
  byId(id) {
    return this.listed.get(id) ?? this.#unlisted.get(id);
  }

  /** @param {string} pid @param {number} file @returns {Transfer | undefined} an incoming one that was removed */
  unlistedWith(pid, file) {
    return [...this.#unlisted.values()].find((one) => one.pid === pid && one.direction === "in" && one.entry(file));
  }

  /** @param {Transfer} transfer */
  add(transfer) {
    this.#unlisted.delete(transfer.id);
    this.listed.set(transfer.id, transfer);
  }

  /** Knows a transfer without listing it. @param {Transfer} transfer @returns {boolean} whether it was listed */
  unlist(transfer) {
    const wasListed = this.listed.delete(transfer.id);
    if (this.#unlisted.size >= MAX_UNLISTED) this.#unlisted.delete(/** @type {string} */ (this.#unlisted.keys().next().value));
    this.#unlisted.set(transfer.id, transfer);
    return wasListed;
  }

  /** Those of the same sender that brought nothing and are too many: a person who offers and withdraws fills no list. @param {Transfer} newest @returns {Transfer[]} */
  surplus({ pid, member, direction }) {
    const isSame = (/** @type {Transfer} */ one) => one.pid === pid || (member !== "" && one.member === member);
    const vain = [...this.listed.values()].filter((one) => direction === "in" && one.direction === "in" && isSame(one) && one.isOver && one.done.length === 0);
    return vain.slice(0, Math.max(0, vain.length - MAX_VAIN));
  }

  /** Knows it no longer. @param {Transfer} transfer @returns {boolean} whether it was listed */
  drop(transfer) {
    this.#unlisted.delete(transfer.id);
    return this.listed.delete(transfer.id);
  }
}
