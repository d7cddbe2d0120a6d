/** Which waiting transfers are received without a press: those that the server has announced, within the allowance. */

import { Allowance } from "../files/receive/allowance.js";
import { store } from "../files/storage/store.js";

/** @import { WaitingTransfer } from "../signaling/wire.js" */
/** @import { Deliveries } from "./deliveries.js" */

export class AutoReceive {
  #allowance = new Allowance();
  /** Offers that were decided. @type {Set<string>} */
  #decided = new Set();

  /** @param {Deliveries} deliveries @param {readonly WaitingTransfer[]} announced for us */
  async accept(deliveries, announced) {
    for (const { id, member, bytes, entries } of deliveries.offers) {
      if (this.#decided.has(id) || !announced.some((row) => row.id === id && row.sender === member)) continue;
      this.#decided.add(id);
      const free = await store.room().catch(() => 0);
      const sizes = entries.map(({ head }) => head.size);
      // The other half is for what people choose to receive.
      if (bytes <= free / 2 && this.#allowance.consume("waiting", member, sizes)) deliveries.receive(id);
    }
  }
}
