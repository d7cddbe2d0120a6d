/** What becomes of transfers when a peer goes and comes back: both sides repeat what a lost connection may have swallowed. */

/** @import { Wanted } from "./protocol/messages.js" */
/** @import { FileTopics } from "./protocol/topics.js" */
/** @import { Transfer } from "./protocol/transfer.js" */
/** @import { FileReceiver } from "./receive/receiver.js" */
/** @import { FileSender } from "./send/sender.js" */
/** @import { TransferList } from "./transfer-list.js" */

export class Interruptions {
  #list;
  #topics;
  #sender;
  #receiver;
  #memberOf;
  /** Peers whose control channel is open. @type {Set<string>} */
  #reachable = new Set();
  /** Transfers whose end was repeated since the channel to their peer opened. @type {Set<Transfer>} */
  #repeated = new Set();
  /** Whom this side asked for the rest of a transfer. @type {Map<Transfer, string>} */
  #askedFor = new Map();

  /** @param {{list: TransferList, topics: FileTopics, sender: FileSender, receiver: FileReceiver, memberOf: (pid: string) => string}} options */
  constructor({ list, topics, sender, receiver, memberOf }) {
    this.#list = list;
    this.#topics = topics;
    this.#sender = sender;
    this.#receiver = receiver;
    this.#memberOf = memberOf;
  }

  /** @param {Transfer} transfer @returns {string | undefined} where its other person is reachable now */
  pidOf({ pid, member }) {
    return this.#reachable.has(pid) ? pid : this.pidsOf(member)[0];
  }

  /** @param {string} member @returns {string[]} all their tabs and devices that are reachable */
  pidsOf(member) {
    return [...this.#reachable].filter((pid) => member !== "" && this.#memberOf(pid) === member);
  }

  /** @param {string} pid */
  isReachable(pid) {
    return this.#reachable.has(pid);
  }

  /** @param {string} pid */
  onChannelOpen(pid) {
    this.#reachable.add(pid);
    const member = this.#memberOf(pid);
    for (const transfer of this.#list.all) {
      if (transfer.pid === pid) this.#repeated.delete(transfer);
      // A tab that was cut off returns with its old pid, perhaps before this side has noticed.
      if (transfer.member === member && transfer.away && !transfer.isOver) this.#onPeerBack(transfer, pid);
      else if (transfer.pid === pid) this.#repeatState(transfer);
    }
  }

  /** @param {string} pid */
  onPeerRemoved(pid) {
    this.#reachable.delete(pid);
    for (const transfer of this.#list.all) {
      const wasAsked = this.#askedFor.get(transfer) === pid;
      // What they do with it now is not known here.
      if (transfer.direction === "out" && transfer.pid === pid && transfer.saved === "not-yet") transfer.setSaved("");
      if ((transfer.pid !== pid && !wasAsked) || transfer.isOver) continue;
      Object.assign(transfer, { away: true, lost: false });
      if (wasAsked) this.#askedFor.delete(transfer);
      if (transfer.direction === "in") void this.#receiver.keepPartial(transfer);
      transfer.emitChanged();
      // After a reload the person may be back before their old connection is given up.
      const again = this.pidOf(transfer);
      if (again !== undefined) this.#onPeerBack(transfer, again);
    }
  }

  /** @param {string} pid @param {Wanted} wanted @returns {boolean} whether this tab knows the transfer */
  onWanted(pid, { transfer: id, count }) {
    const transfer = this.#list.byId(id);
    if (!transfer) return false;
    if (transfer.direction === "in" || transfer.member !== this.#memberOf(pid)) return true;
    if (transfer.isCancelled) this.#topics.cancel.send(pid, { transfer: id });
    else if (transfer.isOver) this.#sender.sendFailures(transfer);
    // The peer was cut off, and this side may not have noticed: files under way start again.
    else if (count > 0) this.#onPeerBack(transfer, pid);
    return true;
  }

  /** The sender, who was away, has offered it again. @param {Transfer} transfer incoming */
  onReoffered(transfer) {
    if (!transfer.away) return;
    this.#receiver.reopenTransfer(transfer);
    this.withdrawRequest(transfer);
  }

  /** The request for the rest of a transfer is void. @param {Transfer} transfer */
  withdrawRequest(transfer) {
    const pid = this.#askedFor.get(transfer);
    if (pid === undefined) return;
    this.#askedFor.delete(transfer);
    if (pid !== transfer.pid) this.#receiver.requestRest(transfer, pid, { withdraw: true });
  }

  /** The peer speaks about a transfer that is over. How it ended is repeated once: that may take many messages. @param {Transfer} transfer */
  repeatEnd(transfer) {
    if (this.#repeated.has(transfer)) return;
    this.#repeated.add(transfer);
    if (transfer.direction === "in") void this.#receiver.sendAnswer(transfer);
    else this.#sender.sendFailures(transfer);
  }

  /** @param {Transfer} transfer @param {string} pid another one after a reload */
  #onPeerBack(transfer, pid) {
    if (transfer.direction === "in") return this.#onSenderBack(transfer, pid);
    this.#sender.reoffer(transfer, pid);
    transfer.emitChanged();
  }

  /** @param {Transfer} transfer incoming @param {string} pid */
  #onSenderBack(transfer, pid) {
    if (transfer.state === "offered") {
      // Another tab does not know the offer.
      if (transfer.pid !== pid) return;
      transfer.away = false;
      void this.#receiver.sendAnswer(transfer);
    } else {
      transfer.lost = transfer.pid !== pid;
      this.#askedFor.set(transfer, pid);
      this.#receiver.requestRest(transfer, pid);
    }
    transfer.emitChanged();
  }

  /** @param {Transfer} transfer */
  #repeatState(transfer) {
    const { id, pid, direction } = transfer;
    if (transfer.isCancelled) return void this.#topics.cancel.send(pid, { transfer: id });
    if (direction === "in" && (!transfer.isOver || transfer.state === "declined")) return void this.#receiver.sendAnswer(transfer);
    if (direction === "out" && !transfer.isOver) this.#sender.resendState(transfer);
  }
}
