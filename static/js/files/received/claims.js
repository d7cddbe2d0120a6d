/** Finds and makes the records that a transfer writes to, so that it can resume and no two transfers share a file in the store. */

import { Claim, PARTIAL_MS } from "./claim.js";
import { batchOf, identityOf, makeKey } from "./identity.js";

/** @import { TabLocks } from "../../lib/locks.js" */
/** @import { FileMetadata } from "../protocol/messages.js" */
/** @import { ClaimOwner } from "./claim.js" */
/** @import { AllRecords, ReceivedFile, ReceivedTransfer } from "./records.js" */
/**
 * @typedef {object} Offered what a transfer offers, and by whom
 * @property {string} offer the sender's id of the transfer @property {string} purpose
 * @property {string} owner room and sender, the same after a reload @property {FileMetadata[]} heads
 * @property {{room: string, roomName: string, member: string, sender: string, trust: string}} from
 */
/** @typedef {ClaimOwner & {works: () => Promise<boolean>, all: () => Promise<AllRecords>, keys: () => Promise<string[]>}} ClaimsOwner keys: of the folders in the store */

/** How long another tab that has just ended a call may need to close its files. */
const OTHER_TAB_MS = 3_000;
const LOCK = "meeting-point/received/";

export class Claims {
  #owner;
  #locks;
  /** Those of this tab, by the id of the record. @type {Map<string, Claim>} */
  #held = new Map();

  /** @param {ClaimsOwner} owner @param {Pick<TabLocks, "hold" | "held" | "whenFree">} locks */
  constructor(owner, locks) {
    this.#owner = owner;
    this.#locks = locks;
  }

  /**
   * Finds an offer that was accepted before and is not complete, and claims its records.
   * @param {Offered} offered @returns {Promise<Claim | null>} null: the person has to be asked
   */
  async resume(offered) {
    if (!(await this.#owner.works())) return null;
    const identities = await identitiesOf(offered);
    const batch = await batchOf(identities);
    for (const { id } of findBatch(await this.#owner.all(), batch, offered.offer)) {
      const release = this.#held.has(id) ? null : await this.#locks.hold(LOCK + id, OTHER_TAB_MS);
      if (release === null) continue;
      // Another tab may have changed them before it released the lock.
      const found = await this.#owner.all();
      const [transfer] = findBatch(found, batch, offered.offer).filter((one) => one.id === id);
      if (transfer) return this.#claim({ ...transfer, offer: offered.offer }, offered, identities, [...found.files.values()], release);
      await release();
    }
    return null;
  }

  /**
   * Makes the records of an offer that a person accepts, and takes over parts of its files from transfers that are not running.
   * @param {Offered} offered @returns {Promise<Claim | null>} null: this browser keeps nothing
   */
  async claim(offered) {
    if (!(await this.#owner.works())) return null;
    const resumed = await this.resume(offered);
    if (resumed) return resumed;
    const identities = await identitiesOf(offered);
    const id = makeKey();
    const release = await this.#locks.hold(LOCK + id, OTHER_TAB_MS);
    if (release === null) return null;
    const parts = await this.#takeParts(identities, id);
    const { offer, purpose, from } = offered;
    const transfer = { id, batch: await batchOf(identities), offer, purpose, ...from, at: this.#owner.now(), kept: false };
    return this.#claim(transfer, offered, identities, parts, release);
  }

  /** @param {Claim} claim */
  async release(claim) {
    await claim.release();
    this.#held.delete(claim.id);
  }

  /** @returns {Promise<Set<string>>} ids of the records that a transfer is writing to, in any tab */
  async runningIds() {
    const held = [...(await this.#locks.held())].filter((name) => name.startsWith(LOCK)).map((name) => name.slice(LOCK.length));
    return new Set([...held, ...this.#held.keys()]);
  }

  /** @param {string} id of a record @returns {Promise<void>} when no transfer of another tab writes to it */
  async whenIdle(id) {
    await this.#locks.whenFree(LOCK + id);
  }

  /** Whether a transfer of this tab writes to it. @param {string} id of a record */
  isHeldHere(id) {
    return this.#held.has(id);
  }

  /**
   * @param {ReceivedTransfer} transfer @param {Offered} offered @param {string[]} identities @param {ReceivedFile[]} known
   * @param {() => Promise<void>} release
   */
  async #claim(transfer, { heads }, identities, known, release) {
    const own = new Map(known.filter((file) => file.transfer === transfer.id).map((file) => [file.identity, file]));
    try {
      const begun = new Set(await this.#owner.keys());
      const files = heads.map((head, position) => {
        const names = { key: makeKey(), transfer: transfer.id, position, identity: identities[position], until: this.#owner.now() + PARTIAL_MS };
        const before = own.get(identities[position]);
        // The browser may have deleted the bytes.
        const state = before && (begun.has(before.key) || before.folder) ? before.state : "partial";
        return { ...recordOf(head, names), ...before, position, state };
      });
      await this.#owner.change({ put: { transfers: [transfer], files } });
      const claim = new Claim(this.#owner, { transfer, files, begun, release });
      this.#held.set(transfer.id, claim);
      return claim;
    } catch (error) {
      await release();
      throw error;
    }
  }

  /** Moves parts of the same files to a transfer. @param {string[]} identities @param {string} id @returns {Promise<ReceivedFile[]>} */
  async #takeParts(identities, id) {
    const wanted = new Set(identities);
    const isPart = (/** @type {ReceivedFile} */ { state, identity }) => state === "partial" && wanted.has(identity);
    const owners = new Set([...(await this.#owner.all()).files.values()].filter(isPart).map(({ transfer }) => transfer));
    /** @type {ReceivedFile[]} */
    const taken = [];
    for (const owner of owners) {
      const release = this.#held.has(owner) ? null : await this.#locks.hold(LOCK + owner);
      if (release === null) continue;
      const files = [...(await this.#owner.all()).files.values()].filter(({ transfer }) => transfer === owner);
      const parts = files.filter((file) => isPart(file) && wanted.delete(file.identity)).map((file) => ({ ...file, transfer: id }));
      const emptied = parts.length === files.length ? [owner] : [];
      await this.#owner.change({ put: { files: parts }, drop: { transfers: emptied } });
      taken.push(...parts);
      await release();
    }
    return taken;
  }
}

/** @param {FileMetadata} head @param {Pick<ReceivedFile, "key" | "transfer" | "position" | "identity" | "until">} names @returns {ReceivedFile} */
export function recordOf({ name, path, size, modified, folder }, names) {
  return { ...names, name, path, size, modified, folder, state: "partial" };
}

/** @param {Offered} offered @returns {Promise<string>} the same for the same files of the same sender */
export async function batchOfOffer(offered) {
  return batchOf(await identitiesOf(offered));
}

/** @type {WeakMap<FileMetadata[], Promise<string[]>>} */
const known = new WeakMap();

/** @param {Offered} offered */
function identitiesOf({ heads, owner }) {
  const identities = known.get(heads) ?? Promise.all(heads.map((head) => identityOf(head, owner)));
  known.set(heads, identities);
  return identities;
}

/** The same offer again, or one of the same files when they are not all here. @param {AllRecords} records @param {string} batch @param {string} offer */
function findBatch({ transfers, files }, batch, offer) {
  const open = new Set([...files.values()].filter(({ state }) => state === "partial").map(({ transfer }) => transfer));
  return [...transfers.values()].filter((one) => one.batch === batch && (one.offer === offer || open.has(one.id)));
}

