/** What was received earlier in a room and is not saved: after a reload, or in an earlier call. */

import { Emitter } from "../../lib/emitter.js";
import { byId, find } from "../lib/page.js";
import { ReceivedList, watchReceived } from "./received-list.js";

/**
 * @typedef {object} EarlierFilesEvents
 * @property {void} changed any of the items
 * @property {{offer: string, member: string, saved: "yes" | "removed"}} settled as in `ReceivedListEvents`
 * @property {{id: string}} removed a record is gone: its files were saved or removed, perhaps in another tab
 */

/** @extends {Emitter<EarlierFilesEvents>} */
export class EarlierFiles extends Emitter {
  #section = byId("files-earlier", HTMLElement);
  #list = new ReceivedList(find(this.#section, ".files__list", HTMLElement));

  /** @param {string} room slug @param {() => Set<string>} others ids of records that are shown elsewhere @param {AbortSignal} signal */
  constructor(room, others, signal) {
    super();
    this.#list.on("changed", () => {
      this.#section.hidden = this.#list.items.length === 0;
      this.emit("changed");
    }, { signal });
    this.#list.on("settled", (detail) => this.emit("settled", detail), { signal });
    /** @type {Set<string>} */
    let before = new Set();
    watchReceived((listed) => {
      const shown = others();
      const now = new Set(listed.map(({ transfer }) => transfer.id));
      for (const id of before) if (!now.has(id)) this.emit("removed", { id });
      before = now;
      this.#list.show(listed.filter(({ transfer }) => transfer.room === room && !shown.has(transfer.id)));
    }, signal);
  }

  get items() {
    return this.#list.items;
  }

  /** @param {string} name of the room */
  saveAll(name) {
    return this.#list.saveAll(name);
  }
}
