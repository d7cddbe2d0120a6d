/** The notice that a person still waits for the rest of a transfer that a reload interrupted, with a button to resume it. */

import { findHandles, forgetHandles, saveHandles, openHandles } from "../../files/storage/saved-handles.js";
import { Emitter } from "../../lib/emitter.js";
import { byId, find, text } from "../lib/page.js";

/** @import { SelectedFile } from "../../files/protocol/metadata.js" */
/** @import { Selection } from "../../files/send/selection.js" */
/** @import { Transfer } from "../../files/protocol/transfer.js" */
/** @import { Kept } from "../../files/storage/saved-handles.js" */

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
  /** @type {{pid: string, kept: Kept} | null} */
  #found = null;

  /** @param {string} room slug @param {AbortSignal} signal */
  constructor(room, signal) {
    super();
    this.#room = room;
    this.#signal = signal;
    this.hideRequest();
    this.#button.addEventListener("click", () => void this.#resume(), { signal });
  }

  /** @param {{pid: string, member: string, name: string, count: number, file: string}} wanted file: one of the names */
  async showRequest({ pid, member, name, count, file }) {
    const kept = await findHandles(this.#room, member, file);
    if (this.#signal.aborted) return;
    this.#found = kept && { pid, kept };
    const how = `files.wanted.${kept ? "kept." : ""}${count === 1 ? "one" : "many"}`;
    find(this.#notice, "p", HTMLElement).textContent = text(how, { name, count, file });
    this.#button.hidden = kept === null;
    this.#notice.hidden = false;
  }

  hideRequest() {
    this.#found = null;
    this.#notice.hidden = true;
  }

  /** Saves the file handles until the transfer is over. @param {Transfer} transfer @param {SelectedFile[]} chosen */
  async rememberFiles(transfer, chosen) {
    await saveHandles(this.#room, transfer, chosen);
    const forget = () => void (transfer.isOver && forgetHandles(transfer.id));
    transfer.on("state", forget, { signal: this.#signal });
    forget();
  }

  async #resume() {
    if (this.#found === null) return;
    const { pid, kept } = this.#found;
    const selection = await openHandles(kept);
    this.hideRequest();
    if (selection.left.length === 0) this.emit("send", { pid, chosen: selection.chosen });
    else this.emit("incomplete", selection);
    await forgetHandles(kept.id);
  }
}
