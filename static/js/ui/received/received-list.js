/** A list of received transfers that are not saved yet. What is saved while the page is open stays in it and says so. */

import { received } from "../../files/received/received-files.js";
import { Emitter } from "../../lib/emitter.js";
import { ReceivedItem, saveItems } from "./received-item.js";

/** @import { ListedTransfer } from "../../files/received/received-files.js" */

/**
 * @typedef {object} ReceivedListEvents
 * @property {void} changed any of the items
 * @property {{offer: string, member: string, saved: "yes" | "removed"}} settled the person has saved or removed files; offer: the
 *   sender's id of the transfer; member: the sender, empty if unknown
 */

/** @extends {Emitter<ReceivedListEvents>} */
export class ReceivedList extends Emitter {
  #root;
  /** By the id of the record, in the order of the list. @type {Map<string, ReceivedItem>} */
  #items = new Map();

  /** @param {HTMLElement} root a list */
  constructor(root) {
    super();
    this.#root = root;
    root.replaceChildren();
  }

  get items() {
    return [...this.#items.values()];
  }

  /** @param {ListedTransfer[]} listed */
  show(listed) {
    const ids = new Set(listed.map(({ transfer }) => transfer.id));
    for (const item of this.items) if (!ids.has(item.id) && !item.isSaved && !item.saving) this.#remove(item);
    for (const one of listed) this.#items.get(one.transfer.id)?.update(one);
    for (const one of listed.toReversed()) if (!this.#items.has(one.transfer.id)) this.#add(one);
    this.emit("changed");
  }

  /** Saves everything that is complete and not saved. @param {string} name where it comes from @returns {Promise<boolean>} whether it is saved */
  async saveAll(name) {
    const items = this.items.filter(({ isUnsaved, saving }) => isUnsaved && !saving);
    return items.length === 1 ? items[0].save() : saveItems(items, name);
  }

  /** Removes entries that only say that they are saved. */
  dismissSaved() {
    for (const item of this.items) if (item.isSaved) this.#remove(item);
    this.emit("changed");
  }

  /** @param {ListedTransfer} listed */
  #add(listed) {
    const item = new ReceivedItem(listed);
    this.#items = new Map([[item.id, item], ...this.#items]);
    this.#root.prepend(item.root);
    item.on("changed", () => this.emit("changed"));
    item.on("settled", ({ saved }) => this.emit("settled", { ...item.origin, saved }));
    item.on("dismissed", () => {
      this.#remove(item);
      this.emit("changed");
    });
  }

  /** @param {ReceivedItem} item */
  #remove(item) {
    this.#items.delete(item.id);
    item.root.remove();
  }
}

/** Share of the time that a long list may cost while thousands of files arrive: one part in this many. */
const REST = 10;

/** Calls back with the list now and whenever it changes, one at a time. @param {(listed: ListedTransfer[]) => void} show @param {AbortSignal} [signal] */
export function watchReceived(show, signal) {
  let busy = false;
  let again = false;
  const refresh = async () => {
    if (busy) return void (again = true);
    busy = true;
    do {
      again = false;
      const start = performance.now();
      const listed = await received.list().catch(() => []);
      if (!signal?.aborted) show(listed);
      await new Promise((resolve) => setTimeout(resolve, REST * (performance.now() - start)));
    } while (again && !signal?.aborted);
    busy = false;
  };
  received.watch();
  received.on("changed", () => void refresh(), { signal });
  void refresh();
}
