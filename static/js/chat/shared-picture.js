/** A picture in the chat, as this browser has it. */

/** @import { PictureFormat } from "./picture-format.js" */
/** @import { Picture } from "./messages.js" */
/** @import { Entry } from "./log.js" */
/** @import { Transfer } from "../files/protocol/transfer.js" */

/**
 * - `held`: it is not here, and can be loaded if `isWithinReach`
 * - `loading`: it was asked for; `transfer` is what it comes with, once that is known
 * - `here`: `blob` is the whole picture
 * - `failed`: it did not arrive; it can be asked for again
 * @typedef {"held" | "loading" | "here" | "failed"} PictureState
 */

export class SharedPicture {
  /** The message that it belongs to, and its place there. */
  entry;
  index;
  /** What its sender says about it. @type {Picture} */
  stated;
  /** @type {PictureState} */
  state = "held";
  /** Typed by its bytes, not by its name. @type {Blob | null} */
  blob = null;
  /** null: it is not here, or no picture that browsers show. @type {PictureFormat | null} */
  format = null;
  /** Whether its author is connected, and still has it. */
  isWithinReach = false;
  /** The one by which it comes. @type {Transfer | null} */
  transfer = null;
  /** Of our own: the connected people who do not have it yet, and what they get it with, if they asked. @type {Map<string, Transfer | null>} */
  missing = new Map();

  /** @param {Entry} entry @param {number} index @param {Picture} stated */
  constructor(entry, index, stated) {
    this.entry = entry;
    this.index = index;
    this.stated = stated;
  }

  get own() {
    return this.entry.own;
  }

  get name() {
    return this.stated.name;
  }

  /** Whether it can be asked for now. */
  get canLoad() {
    return this.isWithinReach && (this.state === "held" || this.state === "failed");
  }

  /** Between 0 and 1: of what is being received, or sent to all who asked. */
  get progress() {
    const transfers = this.own ? [...this.missing.values()].filter((one) => one !== null) : [this.transfer];
    const parts = transfers.map((one) => (one ? one.moved / one.bytes : 0));
    return parts.reduce((sum, part) => sum + part, 0) / Math.max(1, parts.length);
  }

  /** Whether someone is getting our own picture now. */
  get isBeingSent() {
    return [...this.missing.values()].some((one) => one !== null && !one.isOver);
  }
}
