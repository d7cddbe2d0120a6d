/** On the page after a call: what was received in it and is not saved. */

import { LeaveGuard, NOTHING } from "../../call/leave-guard.js";
import { received } from "../../files/received/received-files.js";
import { say } from "../lib/announcer.js";
import { byId, find, text } from "../lib/page.js";
import { ReceivedList, watchReceived } from "./received-list.js";

/** @typedef {"keep" | "remove" | "ask"} Wish for what was received: the person left and keeps it, or not; ask: others ended the call */

export class EndedFiles {
  #notice = byId("ended-unsaved", HTMLElement);
  #button = find(this.#notice, "button", HTMLButtonElement);
  #section = byId("ended-received", HTMLElement);
  #list = this.#makeList();
  #guard = new LeaveGuard(new AbortController().signal);
  #life = new AbortController();
  #roomName = "";

  constructor() {
    this.#button.addEventListener("click", () => void this.#save());
  }

  /** @param {{closed: Promise<void>, room: {slug: string, roomName: string}, wish: Wish}} call closed: when its files are */
  async show({ closed, room: { slug, roomName }, wish }) {
    this.hide();
    const { signal } = (this.#life = new AbortController());
    this.#roomName = roomName;
    await closed;
    if (wish === "keep") await received.keepRoom(slug).catch(() => {});
    if (wish === "remove") await received.removeRoom(slug).catch(() => {});
    if (!signal.aborted) watchReceived((listed) => this.#list.show(listed.filter(({ transfer }) => transfer.room === slug)), signal);
  }

  /** The person joins again: the call lists them. */
  hide() {
    this.#life.abort();
    this.#list = this.#makeList();
    this.#show();
  }

  #makeList() {
    const list = new ReceivedList(find(this.#section, ".files__list", HTMLElement));
    list.on("changed", () => this.#show());
    return list;
  }

  async #save() {
    if (await this.#list.saveAll(this.#roomName)) say(text("ended.saved"));
  }

  #show() {
    const { items } = this.#list;
    const unsaved = items.filter(({ isUnsaved }) => isUnsaved).length;
    const lost = items.filter(({ isInMemory }) => isInMemory).length;
    const saving = items.filter((item) => item.saving).length;
    this.#section.hidden = items.length === 0;
    this.#notice.hidden = unsaved === 0;
    find(this.#notice, "p", HTMLElement).textContent = text(lost > 0 ? "ended.lost" : "ended.unsaved");
    this.#button.hidden = saving > 0;
    this.#guard.update({ ...NOTHING, inMemory: lost, saving });
  }
}
