/** One transfer in the list: the other person, the files, the progress and the available actions. */

import { splitName } from "../../files/protocol/safe-name.js";
import { commonPlace } from "../../files/save/picked-folder.js";
import { Emitter } from "../../lib/emitter.js";
import { formatDuration, formatSize } from "../lib/formats.js";
import { find, fromTemplate, text } from "../lib/page.js";
import { formatFiles } from "./format.js";

/** @import { Transfer } from "../../files/protocol/transfer.js" */
/** @import { Trust } from "../people/trust.js" */
/** @typedef {"download" | "receive" | "save-to" | "decline" | "pause" | "resume" | "cancel" | "save" | "save-again" | "stop-saving" | "remove"} TransferAction */
/** @typedef {{name: string, trust: Trust}} Who */

/** Weight of the newest second in the shown speed. */
const SMOOTHING = 0.3;
const MAX_LISTED = 200;

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
  #speed = 0;
  #last = { moved: 0, at: performance.now() };
  #saved = false;
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
    this.update(who);
  }

  get saved() {
    return this.#saved;
  }

  /** Whether files have arrived that would be lost with the tab. */
  get isUnsaved() {
    const { direction, isOver } = this.transfer;
    return direction === "in" && isOver && !this.#saved && this.received > 0;
  }

  /** The number of whole files that the page holds. */
  get received() {
    return this.transfer.entries.filter(({ result }) => result !== null).length;
  }

  /** @param {string} [place] where, if the person chose it */
  markSaved(place = "") {
    this.#saved = true;
    this.place = place;
  }

  /** Call it about once a second. */
  measureSpeed() {
    const { moved } = this.transfer;
    const now = performance.now();
    const rate = ((moved - this.#last.moved) / (now - this.#last.at)) * 1000;
    this.#speed = this.#speed === 0 ? rate : this.#speed * (1 - SMOOTHING) + rate * SMOOTHING;
    this.#last = { moved, at: now };
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
    root.dataset.away = String(transfer.away);
    find(root, ".transfer__name", HTMLElement).textContent = text(direction === "in" ? "files.from" : "files.to", { name: who.name });
    const trust = find(root, ".transfer__trust", HTMLElement);
    trust.hidden = who.trust === "";
    trust.textContent = who.trust === "" ? "" : text(`trust.${who.trust}`);
    trust.classList.toggle("badge--warn", who.trust === "server");
    trust.classList.toggle("badge--good", who.trust === "verified");
    const progress = find(root, ".transfer__progress", HTMLProgressElement);
    progress.hidden = !transfer.isRunning && this.saving === null;
    progress.max = Math.max(1, bytes);
    progress.value = bytes === 0 ? 1 : (this.saving?.moved ?? moved);
    progress.setAttribute("aria-label", find(root, ".transfer__title", HTMLElement).textContent ?? "");
    const status = this.#statusText(space);
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
    if (count === 1) return;
    const more = find(this.root, ".transfer__more", HTMLDetailsElement);
    more.hidden = false;
    find(more, "summary", HTMLElement).textContent = text("files.list");
    const list = find(more, ".transfer__files", HTMLElement);
    list.replaceChildren(...entries.slice(0, MAX_LISTED).map(({ head: { name, path, size, folder } }) => {
      const item = document.createElement("li");
      item.textContent = `${[...path, name].join(" / ")} · ${folder ? text("files.folder") : formatSize(size)}`;
      return item;
    }));
  }

  /** @param {{bytes: number, elsewhere: boolean}} [space] */
  #statusText(space) {
    const { state, direction, bytes, moved, away, count, entries, failures } = this.transfer;
    const size = formatSize(bytes);
    const values = { moved: formatSize(moved), size };
    if (state === "offered" && direction === "in" && space && space.bytes < bytes) {
      return text(space.elsewhere ? "files.state.large" : "files.state.larger", { size, room: formatSize(space.bytes) });
    }
    if (state === "offered") return text(`files.state.offered.${direction}`, values);
    if (this.saving) return text("files.state.saving", { moved: formatSize(this.saving.moved), size });
    if (state === "failed") return text(`files.failed.${failures[0]?.reason || "other"}`, { name: failures[0]?.head.name ?? "" });
    if (failures.length > 0) {
      const done = entries.filter(({ status }) => status === "done").length;
      return text("files.state.some", { done, count, failed: failures.length });
    }
    const where = this.place || commonPlace(entries.map((entry) => entry.where));
    if (state === "done" && where) return text("files.state.saved-in", { where, size });
    if (state === "done") return text(this.#saved ? "files.state.saved" : `files.state.done.${direction}`, values);
    if (state !== "running") return text(`files.state.${state}`, values);
    if (away) return text("files.state.away", values);
    if (entries.every(({ status }) => status === "ending" || status === "done")) return text("files.state.checking");
    if (this.#speed < 1_000) return text("files.state.running", values);
    const left = formatDuration(Math.max(1, (bytes - moved) / this.#speed) * 1000, "short");
    return text("files.state.speed", { ...values, speed: formatSize(this.#speed), left });
  }

  /** @param {{bytes: number, elsewhere: boolean}} [space] @returns {TransferAction[]} */
  #availableActions(space) {
    const { transfer } = this;
    const { state, direction, bytes, count } = transfer;
    if (state === "offered" && direction === "in") {
      /** @type {TransferAction[]} */
      const actions = !space || space.bytes >= bytes ? [count === 1 ? "download" : "receive"] : [];
      if (space?.elsewhere) actions.push("save-to");
      return [...actions, "decline"];
    }
    if (state === "offered") return ["cancel"];
    if (this.saving) return ["stop-saving"];
    if (transfer.isOver && this.received === 0) return ["remove"];
    if (transfer.isOver) return [this.#saved ? "save-again" : "save", ...(space?.elsewhere ? /** @type {TransferAction[]} */ (["save-to"]) : []), "remove"];
    const pausedHere = state === "paused-here" || state === "paused-both";
    return [pausedHere ? "resume" : "pause", "cancel"];
  }
}
