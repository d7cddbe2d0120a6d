/** The keys that this browser has, by room: since when, and forgetting them. */

import { deviceChoice } from "../../keys/kept/device-choice.js";
import { forgetAllRooms, forgetRoom, keptRooms } from "../../keys/kept/kept-rooms.js";
import { addAnnouncer } from "../lib/announcer.js";
import { openDialog, setUpDialog } from "../lib/dialog.js";
import { setWorking } from "../lib/focus-keeper.js";
import { formatDay } from "../lib/formats.js";
import { byId, find, fromTemplate, part, text } from "../lib/page.js";
import { toast } from "../lib/toasts.js";
import { showDeviceChoice } from "./device-switch.js";

/** @import { KeptRoom } from "../../keys/kept/kept-rooms.js" */
/** @typedef {{rooms: Record<string, {name: string, role: string}>, signedIn: boolean}} BrowserKeysData rooms: by slug, those of the visitor */

export class BrowserKeys {
  #list = byId("keys-rooms", HTMLElement);
  #summary = byId("keys-summary", HTMLElement);
  #dialog = byId("forget-dialog", HTMLDialogElement);
  /** @type {BrowserKeysData} */
  #page = JSON.parse(byId("page", HTMLScriptElement).textContent);
  /** What the dialog asks about. @type {{act: () => Promise<void>, done: string}} */
  #asked = { act: async () => {}, done: "" };

  constructor() {
    setUpDialog(this.#dialog);
    addAnnouncer(this.#dialog);
    showDeviceChoice(document, this.#page.signedIn);
    part(this.#dialog, "confirm", HTMLButtonElement).addEventListener("click", ({ currentTarget }) => void this.#forget(currentTarget));
    part(this.#summary, "forget-all", HTMLButtonElement).addEventListener("click", () => this.#askAboutAll());
  }

  /** Shows what there is now. */
  async show() {
    let rooms;
    try {
      rooms = await keptRooms();
    } catch {
      byId("keys-unable", HTMLElement).hidden = false;
      return;
    }
    this.#list.replaceChildren(...rooms.map((room) => this.#entryOf(room)));
    this.#list.hidden = rooms.length === 0;
    byId("keys-none", HTMLElement).hidden = rooms.length > 0;
    this.#summary.hidden = rooms.length === 0;
    part(this.#summary, "amount").textContent = text(rooms.length === 1 ? "keys.amount.one" : "keys.amount.many", { count: rooms.length });
  }

  /** @param {KeptRoom} kept */
  #entryOf(kept) {
    const { room } = kept;
    const known = this.#page.rooms[room];
    const name = known?.name ?? text("keys.room");
    const item = find(fromTemplate("kept-room-template"), "li", HTMLElement);
    const title = find(item, "h2", HTMLElement);
    title.textContent = name;
    title.id = `room-${room}`;
    const open = part(item, "open", HTMLAnchorElement);
    open.hidden = known === undefined;
    open.href = `/r/${encodeURIComponent(room)}`;
    const slug = part(item, "slug");
    slug.hidden = known !== undefined;
    slug.textContent = text("keys.slug", { slug: room });
    part(item, "kept").replaceChildren(...linesOf(kept).map(lineOf));
    const forget = part(item, "forget", HTMLButtonElement);
    forget.textContent = text("keys.forget");
    forget.setAttribute("aria-label", text("keys.forget.label", { name }));
    const own = known?.role === "owner" && kept.key !== null;
    forget.addEventListener("click", () => this.#ask(text("keys.forget.title", { name }), text(own ? "keys.forget.own" : "keys.forget.text"), {
      act: () => forgetRoom(room),
      done: text("keys.forgotten", { name }),
    }));
    return item;
  }

  #askAboutAll() {
    const act = async () => {
      await forgetAllRooms();
      deviceChoice.choose(null);
    };
    this.#ask(text("keys.forget-all.title"), text("keys.forget-all.text"), { act, done: text("keys.forgotten.all") });
  }

  /** @param {string} title @param {string} words @param {{act: () => Promise<void>, done: string}} asked */
  #ask(title, words, asked) {
    this.#asked = asked;
    byId("forget-title", HTMLElement).textContent = title;
    byId("forget-text", HTMLElement).textContent = words;
    openDialog(this.#dialog);
  }

  /** @param {EventTarget | null} button */
  async #forget(button) {
    const { act, done } = this.#asked;
    setWorking(/** @type {HTMLButtonElement} */ (button), true);
    const failed = await act().then(() => false, () => true);
    setWorking(/** @type {HTMLButtonElement} */ (button), false);
    this.#dialog.close();
    await this.show();
    toast(failed ? text("keys.failed") : done);
  }
}

/** @param {KeptRoom} kept @returns {string[]} */
function linesOf({ key, lobby, link, device, verified }) {
  const lines = [];
  if (key?.since) lines.push(text("keys.key", { epoch: key.epoch, since: formatDay(key.since) }));
  else if (key) lines.push(text("keys.key.undated", { epoch: key.epoch }));
  if (lobby) lines.push(text("keys.lobby"));
  if (link) lines.push(text("keys.link"));
  if (device !== null) lines.push(text("keys.device", { since: formatDay(device) }));
  return lines.concat(verified.map(({ name, at }) => text("keys.verified", { name, since: formatDay(at) })));
}

/** @param {string} words */
function lineOf(words) {
  const line = document.createElement("li");
  line.textContent = words;
  return line;
}
