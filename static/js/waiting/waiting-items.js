/** The list of what waits in a room, as one sees it. */

/** @import { Transfer } from "../files/protocol/transfer.js" */
/** @import { WaitingTransfer } from "../signaling/wire.js" */
/** @import { Deliveries } from "./deliveries.js" */
/** @import { WaitingRecord } from "./waiting-state.js" */

/**
 * @typedef {object} WaitingItem one transfer as one sees it
 * @property {string} id
 * @property {"out" | "in"} direction
 * @property {string} name the other person's; empty: not known
 * @property {number} since ms since the epoch
 * @property {WaitingRecord | null} record null: it waits in another browser
 * @property {Transfer | null} transfer that delivers it now, in this tab
 * @property {boolean} inCall the call delivers it, and its list of transfers shows it
 */

/**
 * @param {object} known
 * @param {string} known.member our own membership @param {readonly WaitingRecord[]} known.records
 * @param {readonly WaitingTransfer[]} known.listed by the server @param {ReadonlyMap<string, string>} known.names by membership
 * @param {Record<"call" | "meeting", Pick<Deliveries, "transferOf"> | null>} known.over
 * @param {ReadonlyMap<string, Transfer>} known.arrived from others, by id @param {number} known.now
 * @returns {WaitingItem[]} the oldest first
 */
export function itemsOf({ member, records, listed, names, over, arrived, now }) {
  const deliveries = Object.values(over).filter((one) => one !== null);
  const own = new Set(records.map(({ id }) => id));
  const rows = listed.filter(({ id }) => !own.has(id));
  const whole = [...arrived.values()].filter(({ id }) => !rows.some((row) => row.id === id));
  const itemOf = (/** @type {{id: string, sender: string, receiver: string, since: number}} */ row, /** @type {WaitingRecord | null} */ record) => {
    const { id, sender, receiver, since } = row;
    const direction = /** @type {"out" | "in"} */ (sender === member ? "out" : "in");
    const name = record?.name ?? names.get(direction === "out" ? receiver : sender) ?? "";
    const transfer = deliveries.map((one) => one.transferOf(id)).find((one) => one !== undefined) ?? arrived.get(id) ?? null;
    return { id, direction, name, since, record, transfer, inCall: over.call?.transferOf(id) !== undefined };
  };
  return [
    ...records.filter(({ outcome }) => outcome !== "taken").map((record) => itemOf({ ...record, sender: member }, record)),
    ...rows.map((row) => itemOf(row, null)),
    ...whole.map((one) => itemOf({ id: one.id, sender: one.member, receiver: member, since: now }, null)),
  ].sort((one, other) => one.since - other.since);
}
