/** What a receiver lets the sender know: how much is here, and whether it was saved. */

/** @import { Saved } from "../protocol/messages.js" */
/** @import { FileTopics } from "../protocol/topics.js" */
/** @import { Transfer } from "../protocol/transfer.js" */

const PROGRESS_MS = 1_000;
/** Reports that are repeated when their sender is back. */
const MAX_REPEATED = 500;

export class Reports {
  #topics;
  #transfers;
  #pidsOf;
  /** By transfer id. @type {Map<string, {member: string, saved: Saved}>} */
  #made = new Map();
  /** Bytes last reported. @type {WeakMap<Transfer, number>} */
  #bytes = new WeakMap();

  /**
   * @param {{topics: FileTopics, transfers: ReadonlyMap<string, Transfer>, pidsOf: (member: string) => string[], signal: AbortSignal}} options
   *   pidsOf: where a person is reachable
   */
  constructor({ topics, transfers, pidsOf, signal }) {
    this.#topics = topics;
    this.#transfers = transfers;
    this.#pidsOf = pidsOf;
    const timer = setInterval(() => this.#reportProgress(), PROGRESS_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  /** Reports an incoming transfer once it is over, and whenever that changes. @param {Transfer} transfer */
  follow(transfer) {
    transfer.on("state", () => {
      if (!transfer.isOver || transfer.state === "cancelled-here" || transfer.done.length === 0) return;
      // What was written to a place that the person chose is saved.
      transfer.setSaved(transfer.done.some(({ result }) => result !== null) ? "not-yet" : "yes");
    });
    transfer.on("saved", () => this.reportSaved(transfer.id, transfer.member, transfer.saved));
  }

  /** @param {string} id @param {string} member the sender @param {Saved} saved */
  reportSaved(id, member, saved) {
    this.#made.delete(id);
    if (this.#made.size >= MAX_REPEATED) this.#made.delete(/** @type {string} */ (this.#made.keys().next().value));
    this.#made.set(id, { member, saved });
    for (const pid of this.#pidsOf(member)) this.#topics.saved.send(pid, { transfer: id, saved });
  }

  /** @param {string} pid @param {string} member */
  repeatTo(pid, member) {
    for (const [id, made] of this.#made) if (made.member === member) this.#topics.saved.send(pid, { transfer: id, saved: made.saved });
  }

  #reportProgress() {
    for (const transfer of this.#transfers.values()) {
      const { id, pid, direction, isRunning, away, moved } = transfer;
      if (direction === "out" || !isRunning || away || this.#bytes.get(transfer) === moved) continue;
      this.#bytes.set(transfer, moved);
      this.#topics.got.send(pid, { transfer: id, bytes: moved });
    }
  }
}
