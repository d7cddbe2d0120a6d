/** The notice that a person still waits for the rest of transfers that a reload interrupted, with a button to resume them. */

import { findHandles, forgetHandles, saveHandles, openHandles } from "../../files/storage/saved-handles.js";
import { Emitter } from "../../lib/emitter.js";
import { byId, find, text } from "../lib/page.js";

/** @import { SelectedFile } from "../../files/protocol/metadata.js" */
/** @import { Selection } from "../../files/send/selection.js" */
/** @import { Transfer } from "../../files/protocol/transfer.js" */
/** @import { Kept } from "../../files/storage/saved-handles.js" */
/**
 * @typedef {{transfer: string, pid: string, member: string, name: string, count: number, file: string}} ResumeRequest transfer: its
 *   id before the reload; name: of the person; count: 0: nothing is wanted any more; file: one of the names
 */

/** So many are remembered: a peer may name as many transfers as it likes. */
const MAX_REQUESTS = 20;

/**
 * @typedef {object} ResumeRequestsEvents
 * @property {{pid: string, chosen: SelectedFile[]}} send the person wants to resume
 * @property {Selection} incomplete some can no longer be read
 */

/** @extends {Emitter<ResumeRequestsEvents>} */
export class ResumeRequests extends Emitter {
  #notice = byId("files-wanted", HTMLElement);
  #button = find(this.#notice, "button", HTMLButtonElement);
  #room;
  #signal;
  /** By transfer, the newest last. @type {Map<string, ResumeRequest & {kept: Kept | null}>} */
  #requests = new Map();

  /** @param {string} room slug @param {AbortSignal} signal */
  constructor(room, signal) {
    super();
    this.#room = room;
    this.#signal = signal;
    this.#show();
    this.#button.addEventListener("click", () => void this.#resume(), { signal });
  }

  /** @param {ResumeRequest} request @returns {Promise<void>} */
  async take(request) {
    const { transfer, pid, member, count, file } = request;
    if (this.#requests.get(transfer)?.pid === pid) this.#requests.delete(transfer);
    if (count > 0 && !this.#requests.has(transfer) && this.#requests.size < MAX_REQUESTS) {
      this.#requests.set(transfer, { ...request, kept: null });
      const kept = await findHandles(this.#room, member, { id: transfer, name: file });
      const known = this.#requests.get(transfer);
      if (known) known.kept = kept;
    }
    if (!this.#signal.aborted) this.#show();
  }

  /** They are gone. @param {string} pid */
  forgetPeer(pid) {
    for (const [id, request] of this.#requests) if (request.pid === pid) this.#requests.delete(id);
    this.#show();
  }

  /** Saves the file handles until the transfer is over. @param {Transfer} transfer @param {SelectedFile[]} chosen */
  async rememberFiles(transfer, chosen) {
    await saveHandles(this.#room, transfer, chosen);
    const forget = () => void (transfer.isOver && forgetHandles(transfer.id));
    transfer.on("state", forget, { signal: this.#signal });
    forget();
  }

  /** The requests of one person: of the one who asked last. */
  get #shown() {
    const all = [...this.#requests.values()];
    return all.filter(({ pid }) => pid === all.at(-1)?.pid);
  }

  #show() {
    const shown = this.#shown;
    this.#notice.hidden = shown.length === 0;
    if (shown.length === 0) return;
    const isKept = shown.every(({ kept }) => kept !== null);
    const count = shown.reduce((sum, request) => sum + request.count, 0);
    const how = `files.wanted.${isKept ? "kept." : ""}${count === 1 ? "one" : "many"}`;
    find(this.#notice, "p", HTMLElement).textContent = text(how, { name: shown[0].name, count, file: shown[0].file });
    this.#button.hidden = !isKept;
  }

  async #resume() {
    for (const { transfer, pid, kept } of this.#shown) {
      if (kept === null) continue;
      const selection = await openHandles(kept);
      this.#requests.delete(transfer);
      this.#show();
      if (selection.left.length === 0) this.emit("send", { pid, chosen: selection.chosen });
      else this.emit("incomplete", selection);
      await forgetHandles(kept.id);
    }
  }
}
