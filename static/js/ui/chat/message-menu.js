/** What can be done with one message: a menu that all messages share. */

import { Emitter } from "../../lib/emitter.js";
import { openDialog } from "../lib/dialog.js";
import { byId, find } from "../lib/page.js";
import { setUpPopoverList } from "../lib/popover-list.js";

/** @import { Entry } from "../../chat/log.js" */
/** @typedef {"reply" | "private" | "copy" | "edit" | "delete"} MessageAction */

let isSetUp = false;
/** @type {HTMLElement | null} */
let opener = null;

/**
 * @typedef {object} MessageMenuEvents
 * @property {{entry: Entry, action: MessageAction}} action chosen; deleting was confirmed
 */

/** @extends {Emitter<MessageMenuEvents>} */
export class MessageMenu extends Emitter {
  #menu = byId("chat-menu", HTMLElement);
  #dialog = byId("chat-delete-dialog", HTMLDialogElement);
  #mayWritePrivately;
  /** @type {Entry | null} */
  #entry = null;

  /**
   * @param {{entryOf: (target: Element) => Entry | undefined, mayWritePrivately: (pid: string) => boolean}} chat entryOf: the message that an
   *   element belongs to @param {AbortSignal} signal
   */
  constructor({ entryOf, mayWritePrivately }, signal) {
    super();
    this.#mayWritePrivately = mayWritePrivately;
    if (!isSetUp) setUpPopoverList(this.#menu, () => opener);
    isSetUp = true;
    const prepare = (/** @type {Event} */ { target }) => {
      const button = target instanceof Element ? target.closest(".chat__more") : null;
      if (button instanceof HTMLElement) this.#open(button, entryOf(button) ?? null);
    };
    // Before the browser opens the menu.
    document.addEventListener("click", prepare, { signal, capture: true });
    this.#menu.addEventListener("click", ({ target }) => this.#onClick(target), { signal });
    find(this.#dialog, "[data-delete]", HTMLButtonElement).addEventListener("click", () => this.#onDelete(), { signal });
    signal.addEventListener("abort", () => this.#menu.hidePopover());
  }

  /** @param {HTMLElement} button @param {Entry | null} entry */
  #open(button, entry) {
    opener = button;
    this.#entry = entry;
    if (entry === null) return;
    const offered = {
      reply: true,
      private: !entry.own && entry.to === null && this.#mayWritePrivately(entry.pid),
      copy: entry.text !== "",
      edit: entry.own && !entry.deleted,
      delete: entry.own && !entry.deleted,
    };
    for (const [action, shown] of Object.entries(offered)) find(this.#menu, `[data-message=${action}]`, HTMLElement).hidden = !shown;
  }

  /** @param {EventTarget | null} target */
  #onClick(target) {
    const item = target instanceof Element ? target.closest("[data-message]") : null;
    const action = /** @type {MessageAction | undefined} */ (item instanceof HTMLElement ? item.dataset.message : undefined);
    if (!action || !this.#entry) return;
    if (action === "delete") openDialog(this.#dialog);
    else this.emit("action", { entry: this.#entry, action });
  }

  #onDelete() {
    this.#dialog.close();
    if (this.#entry) this.emit("action", { entry: this.#entry, action: "delete" });
  }
}
