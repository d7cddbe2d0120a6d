/** One transfer in the list: the other person, the files, the progress and the available actions. */

import { splitName } from "../../files/protocol/safe-name.js";
import { Emitter } from "../../lib/emitter.js";
import { find, fromTemplate, text } from "../lib/page.js";
import { FileList } from "./file-list.js";
import { formatFiles } from "./format.js";
import { Progress } from "./progress.js";
import { statusOf } from "./transfer-status.js";
import { showTrustTone } from "../people/trust.js";

/** @import { Transfer } from "../../files/protocol/transfer.js" */
/** @import { Trust } from "../people/trust.js" */
/** @typedef {"download" | "receive" | "save-to" | "decline" | "pause" | "resume" | "cancel" | "save" | "save-again" | "stop-saving" | "send-again" | "remove"} TransferAction */
/** @typedef {{name: string, trust: Trust, isHere: boolean, isConnected: boolean}} Who isHere: in the call; isConnected: and nothing is interrupted */

/**
 * @typedef {object} TransferItemEvents
 * @property {{transfer: Transfer, action: TransferAction}} action a button was pressed
 */

/** @extends {Emitter<TransferItemEvents>} */
export class TransferItem extends Emitter {
  root;
  transfer;
  /** @type {Who} */
  who;
  #progress = new Progress();
  #files;
  /** The failed files were offered once more. */
  #sentAgain = false;
  /** Files that are being saved; bytes so far. @type {{moved: number, cancel: () => void} | null} */
  saving = null;
  /** Where the person saved them, if they chose the place. */
  place = "";

  /** @param {Transfer} transfer @param {Who} who */
  constructor(transfer, who) {
    super();
    this.transfer = transfer;
    this.who = who;
    const item = fromTemplate("transfer-template");
    this.root = find(item, ".transfer", HTMLElement);
    this.root.dataset.direction = transfer.direction;
    for (const button of this.#buttons) {
      button.addEventListener("click", () => {
        this.emit("action", { transfer, action: /** @type {TransferAction} */ (button.dataset.transferAction) });
      });
    }
    this.#showName();
    find(this.root, ".transfer__progress", HTMLElement).setAttribute("aria-label", find(this.root, ".transfer__title", HTMLElement).textContent ?? "");
    this.#files = new FileList(this.root, transfer);
    this.update(who);
  }

  get saved() {
    return this.transfer.direction === "in" && this.transfer.saved === "yes";
  }

  /** Whether files have arrived that would be lost with the tab. */
  get isUnsaved() {
    const { direction, isOver } = this.transfer;
    return direction === "in" && isOver && !this.saved && this.received > 0;
  }

  /** The number of whole files that the page holds. */
  get received() {
    return this.transfer.entries.filter(({ result }) => result !== null).length;
  }

  /** @param {string} [place] where, if the person chose it */
  markSaved(place = "") {
    this.place = place;
    this.transfer.setSaved("yes");
  }

  markSentAgain() {
    this.#sentAgain = true;
  }

  /** Call it about once a second. */
  measureSpeed() {
    const { transfer } = this;
    if (transfer.state === "running" && !transfer.away) this.#progress.measure(transfer.fresh, performance.now());
    else this.#progress.reset();
  }

  /**
   * @param {Who} who
   * @param {{bytes: number, elsewhere: boolean}} [space] in this browser; elsewhere: it can write to other places, too
   */
  update(who, space) {
    const { transfer, root } = this;
    this.who = who;
    const { state, direction, bytes, moved } = transfer;
    root.dataset.state = state;
    root.dataset.away = String(transfer.away && !transfer.isOver);
    find(root, ".transfer__name", HTMLElement).textContent = text(direction === "in" ? "files.from" : "files.to", { name: who.name });
    const trust = find(root, ".transfer__trust", HTMLElement);
    trust.hidden = who.trust === "";
    trust.textContent = who.trust === "" ? "" : text(`trust.${who.trust}`);
    showTrustTone(trust, who.trust);
    const progress = find(root, ".transfer__progress", HTMLProgressElement);
    progress.hidden = !transfer.isRunning && this.saving === null;
    progress.max = Math.max(1, bytes);
    progress.value = bytes === 0 ? 1 : (this.saving?.moved ?? moved);
    const view = { progress: this.#progress, isConnected: who.isConnected, space, saving: this.saving?.moved ?? null, place: this.place };
    const status = statusOf(transfer, view).map(([key, values]) => text(key, values)).join(" · ");
    this.#files.update();
    const line = find(root, ".transfer__state", HTMLElement);
    if (line.textContent !== status) line.textContent = status;
    const actions = this.#availableActions(space);
    for (const button of this.#buttons) button.hidden = !actions.includes(/** @type {TransferAction} */ (button.dataset.transferAction));
  }

  get #buttons() {
    return /** @type {NodeListOf<HTMLButtonElement>} */ (this.root.querySelectorAll("[data-transfer-action]"));
  }

  #showName() {
    const { count, entries } = this.transfer;
    const stem = find(this.root, ".transfer__stem", HTMLElement);
    const extension = find(this.root, ".transfer__extension", HTMLElement);
    if (count === 1 && !entries[0].head.folder) {
      const name = splitName(entries[0].head.name);
      stem.textContent = name.stem;
      extension.textContent = name.extension.toUpperCase();
      extension.title = name.extension ? text("files.extension", { extension: name.extension }) : "";
      return;
    }
    stem.textContent = formatFiles(this.transfer);
  }

  /** @param {{bytes: number, elsewhere: boolean}} [space] @returns {TransferAction[]} */
  #availableActions(space) {
    const { transfer } = this;
    const { direction, bytes, count, away } = transfer;
    const isOffered = transfer.state === "offered";
    // Who is not here cannot send.
    if (isOffered && direction === "in" && away) return ["decline"];
    if (isOffered && direction === "in") {
      /** @type {TransferAction[]} */
      const actions = !space || space.bytes >= bytes ? [count === 1 ? "download" : "receive"] : [];
      if (space?.elsewhere) actions.push("save-to");
      return [...actions, "decline"];
    }
    if (isOffered) return ["cancel"];
    if (this.saving) return ["stop-saving"];
    if (transfer.isOver && this.received === 0) return [...(this.#canSendAgain ? /** @type {TransferAction[]} */ (["send-again"]) : []), "remove"];
    if (transfer.isOver) return [this.saved ? "save-again" : "save", ...(space?.elsewhere ? /** @type {TransferAction[]} */ (["save-to"]) : []), "remove"];
    return [transfer.isPausedHere ? "resume" : "pause", "cancel"];
  }

  get #canSendAgain() {
    const { direction, failures } = this.transfer;
    return direction === "out" && failures.length > 0 && !this.#sentAgain && this.who.isHere;
  }
}
