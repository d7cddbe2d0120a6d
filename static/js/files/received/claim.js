/** The records that one running transfer writes to. A lock of the browser keeps every other transfer and tab away from them. */

/** @import { Changes, ReceivedFile, ReceivedTransfer } from "./records.js" */

/** Files that are not complete are kept so long after the last change, and complete ones until they are saved. */
export const PARTIAL_MS = 24 * 3600_000;
export const WHOLE_MS = 7 * PARTIAL_MS;

/**
 * @typedef {object} ClaimOwner
 * @property {(changes: Changes) => Promise<void>} change
 * @property {(keys: string[]) => Promise<string[]>} removeBytes @property {() => number} now
 */

export class Claim {
  transfer;
  /** In the order of the offer. @type {ReceivedFile[]} */
  files;
  /** Keys of what is in the store. */
  #begun;
  #owner;
  #release;
  /** @type {Set<string>} */
  #dropped = new Set();

  /** @param {ClaimOwner} owner @param {{transfer: ReceivedTransfer, files: ReceivedFile[], begun: Set<string>, release: () => Promise<void>}} options */
  constructor(owner, { transfer, files, begun, release }) {
    this.#owner = owner;
    this.transfer = transfer;
    this.files = files;
    this.#begun = begun;
    this.#release = release;
  }

  get id() {
    return this.transfer.id;
  }

  /** Whether something of a file is in the store. @param {number} at position in the offer */
  hasBytes(at) {
    return this.#begun.has(this.files[at].key);
  }

  /** @param {number} at position in the offer */
  markBegun(at) {
    this.#begun.add(this.files[at].key);
  }

  /** Its bytes are complete: from now on the file outlasts the transfer. @param {number} at position in the offer */
  async markWhole(at) {
    const file = this.files[at];
    if (file.state === "handed" || this.#dropped.has(file.key)) return;
    Object.assign(file, { state: "whole", until: this.#owner.now() + WHOLE_MS });
    await this.#owner.change({ put: { files: [file] } });
  }

  /** Removes the bytes of a file that cannot be resumed, unless it is complete. @param {number} at position in the offer */
  async drop(at) {
    const file = this.files[at];
    if (file.state !== "partial" || this.#dropped.has(file.key)) return;
    this.#dropped.add(file.key);
    await this.#owner.removeBytes([file.key]);
    await this.#owner.change({ drop: { files: [file.key] } });
  }

  /** Keeps what is not complete for another day. */
  async renew() {
    const until = this.#owner.now() + PARTIAL_MS;
    const files = this.files.filter(({ state, key }) => state === "partial" && !this.#dropped.has(key));
    for (const file of files) file.until = until;
    if (files.length > 0) await this.#owner.change({ put: { files } });
  }

  /** Lets others use the records. */
  async release() {
    const left = this.files.some(({ key }) => !this.#dropped.has(key));
    if (!left) await this.#owner.change({ drop: { transfers: [this.id] } }).catch(() => {});
    await this.#release();
  }
}
