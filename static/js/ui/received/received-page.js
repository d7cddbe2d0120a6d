/** Everything that this browser has received and not saved, by room. */

import { LeaveGuard, NOTHING } from "../../call/leave-guard.js";
import { received } from "../../files/received/received-files.js";
import { addAnnouncer, say } from "../lib/announcer.js";
import { openDialog, setUpDialog } from "../lib/dialog.js";
import { setWorking } from "../lib/focus-keeper.js";
import { formatSize } from "../lib/formats.js";
import { byId, find, fromTemplate, part, text } from "../lib/page.js";
import { toast } from "../lib/toasts.js";
import { saveItems } from "./received-item.js";
import { ReceivedList, watchReceived } from "./received-list.js";

/** @import { ListedTransfer } from "../../files/received/received-files.js" */

export class ReceivedPage {
  #summary = byId("received-summary", HTMLElement);
  #dialog = byId("remove-all-dialog", HTMLDialogElement);
  #rooms = byId("received-rooms", HTMLElement);
  /** By the slug of the room. @type {Map<string, {section: HTMLElement, list: ReceivedList}>} */
  #lists = new Map();
  #guard = new LeaveGuard(new AbortController().signal);

  constructor() {
    setUpDialog(this.#dialog);
    addAnnouncer(this.#dialog);
    this.#saveAllButton.addEventListener("click", () => void this.#saveAll());
    part(this.#summary, "remove-all", HTMLButtonElement).addEventListener("click", () => this.#askToRemove());
    part(this.#dialog, "confirm", HTMLButtonElement).addEventListener("click", ({ currentTarget }) => void this.#removeAll(currentTarget));
  }

  /** Shows the list, now and whenever it changes. */
  async begin() {
    if (!(await received.works())) byId("received-unable", HTMLElement).hidden = false;
    let first = true;
    watchReceived((listed) => {
      this.#show(listed);
      // The part of the address that names a room comes before the room.
      if (first && location.hash) document.getElementById(location.hash.slice(1))?.focus();
      first = false;
    });
  }

  get #items() {
    return [...this.#lists.values()].flatMap(({ list }) => list.items);
  }

  get #saveAllButton() {
    return part(this.#summary, "save-all", HTMLButtonElement);
  }

  /** @param {ListedTransfer[]} listed the newest first, as the rooms are then, too */
  #show(listed) {
    const slugs = [...new Set(listed.map(({ transfer }) => transfer.room))];
    for (const slug of [...slugs, ...this.#lists.keys()]) {
      const own = listed.filter(({ transfer }) => transfer.room === slug);
      this.#listOf(slug, own[0]?.transfer.roomName ?? "").show(own);
    }
    this.#showSummary();
  }

  /** @param {string} slug @param {string} name */
  #listOf(slug, name) {
    const known = this.#lists.get(slug);
    if (known) return known.list;
    const section = find(fromTemplate("received-room-template"), "section", HTMLElement);
    const title = find(section, "h2", HTMLElement);
    title.textContent = name || text("received.room");
    title.id = `room-${slug}`;
    section.setAttribute("aria-labelledby", title.id);
    part(section, "room", HTMLAnchorElement).href = `/r/${encodeURIComponent(slug)}`;
    const list = new ReceivedList(find(section, ".files__list", HTMLElement));
    part(section, "save-all", HTMLButtonElement).addEventListener("click", () => void list.saveAll(title.textContent ?? ""));
    list.on("changed", () => this.#showSummary());
    this.#lists.set(slug, { section, list });
    this.#rooms.append(section);
    return list;
  }

  #showSummary() {
    const items = this.#items;
    for (const { section, list } of this.#lists.values()) {
      section.hidden = list.items.length === 0;
      part(section, "save-all", HTMLButtonElement).hidden = this.#lists.size === 1 || list.items.filter(({ isUnsaved }) => isUnsaved).length < 2;
    }
    const left = items.filter(({ isSaved }) => !isSaved);
    byId("received-none", HTMLElement).hidden = items.length > 0 || !byId("received-unable", HTMLElement).hidden;
    this.#summary.hidden = left.length === 0;
    const { count, size } = this.#amount;
    const amount = text(count === 1 ? "received.amount.one" : "received.amount.many", { count, size });
    const line = part(this.#summary, "amount");
    if (line.textContent !== amount) line.textContent = amount;
    const saving = items.filter((item) => item.saving).length;
    this.#saveAllButton.hidden = saving > 0 || items.filter(({ isUnsaved }) => isUnsaved).length < 2;
    this.#guard.update({ ...NOTHING, saving, inMemory: items.filter(({ isInMemory }) => isInMemory).length });
  }

  get #amount() {
    const left = this.#items.filter(({ isSaved }) => !isSaved);
    const count = left.reduce((sum, item) => sum + item.count, 0);
    return { count, size: formatSize(left.reduce((sum, { bytes }) => sum + bytes, 0)) };
  }

  async #saveAll() {
    const names = [...this.#lists.values()].filter(({ list }) => list.items.length > 0).map(({ section }) => find(section, "h2", HTMLElement).textContent ?? "");
    const saved = await saveItems(this.#items.filter(({ isUnsaved }) => isUnsaved), names.length === 1 ? names[0] : text("received.archive"));
    if (saved) say(text("received.saved"));
  }

  #askToRemove() {
    const { count, size } = this.#amount;
    byId("remove-all-text", HTMLElement).textContent = text(count === 1 ? "received.remove-all.one" : "received.remove-all.many", { count, size });
    openDialog(this.#dialog);
  }

  /** @param {EventTarget | null} button */
  async #removeAll(button) {
    setWorking(/** @type {HTMLButtonElement} */ (button), true);
    const stay = await received.removeAll();
    for (const { list } of this.#lists.values()) list.dismissSaved();
    setWorking(/** @type {HTMLButtonElement} */ (button), false);
    this.#dialog.close();
    toast(stay > 0 ? text("received.in-use", { count: stay }) : text("received.removed"));
  }
}
