/** Received files that were not saved when the call ended: the page after it offers to save them, and the next call lists them. */

import { LeaveGuard } from "../../call/leave-guard.js";
import { say } from "../lib/announcer.js";
import { byId, find, text } from "../lib/page.js";
import { saveItem } from "./save-files.js";

/** @import { TransferItem } from "./transfer-item.js" */

export class UnsavedFiles {
  #notice = byId("ended-unsaved", HTMLElement);
  #button = find(this.#notice, "button", HTMLButtonElement);
  #guard = new LeaveGuard(new AbortController().signal);
  /** @type {TransferItem[]} */
  #items = [];

  constructor() {
    this.#button.addEventListener("click", () => void this.#save());
  }

  /** @param {TransferItem[]} items of the call that ends */
  keep(items) {
    this.#items = items.filter(({ isUnsaved }) => isUnsaved);
    this.#show();
  }

  /** Hands them to the next call. @returns {TransferItem[]} */
  take() {
    const items = this.#items;
    this.keep([]);
    return items;
  }

  async #save() {
    for (const item of this.#items) await saveItem(item);
    this.#show();
    say(this.#message);
  }

  get #unsaved() {
    return this.#items.filter(({ isUnsaved }) => isUnsaved).length;
  }

  get #message() {
    if (this.#unsaved === 0) return text("ended.saved");
    const count = this.#items.reduce((sum, { received }) => sum + received, 0);
    return text(count === 1 ? "ended.unsaved.one" : "ended.unsaved.many", { count });
  }

  #show() {
    this.#notice.hidden = this.#items.length === 0;
    find(this.#notice, "p", HTMLElement).textContent = this.#message;
    this.#button.textContent = text(this.#unsaved === 0 ? "ended.save-again" : "ended.save");
    this.#guard.update({ others: 0, sharing: false, running: 0, unsaved: this.#unsaved });
  }
}
