/** The chat beside the call. */

import { continues, renderMessage, refreshMessage } from "./chat-message.js";
import { Composer } from "./composer.js";
import { PictureDialog } from "./picture-dialog.js";
import { PictureItem } from "./picture-item.js";
import { savePicture } from "./save-picture.js";
import { displayName } from "../people/display-name.js";
import { say } from "../lib/announcer.js";
import { byId, find, text } from "../lib/page.js";
import { showInTitle } from "../lib/page-title.js";
import { sidePanels } from "../call/side-panel.js";
import { StickToEnd } from "./stick-to-end.js";
import { clearToasts, toast } from "../lib/toasts.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Chat } from "../../chat/chat.js" */
/** @import { Entry } from "../../chat/log.js" */
/** @import { ChatPictures } from "../../chat/pictures.js" */
/** @import { SharedPicture } from "../../chat/shared-picture.js" */
/** @import { FilePanel } from "../files/file-panel.js" */
/** @import { PictureDraft } from "./picture-draft.js" */
/** @import { PictureAction } from "./picture-item.js" */

const TOAST_CHARACTERS = 80;
/** Many messages in a row must not push out all other toasts. */
const TOAST_INTERVAL_MS = 4_000;
const TICK_MS = 500;

export class ChatPanel {
  #panel = byId("chat", HTMLElement);
  #list = byId("chat-log", HTMLElement);
  #newMessages = byId("chat-newer", HTMLButtonElement);
  #session;
  #chat;
  #pictures;
  #composer;
  #dialog;
  #end;
  /** @type {Map<string, HTMLElement>} by the key of the entry */
  #items = new Map();
  /** @type {Map<SharedPicture, PictureItem>} */
  #pictureItems = new Map();
  #unread = 0;
  #toastedAt = -Infinity;

  /**
   * @param {CallSession} session
   * @param {{chat: Chat, pictures: ChatPictures, draft: PictureDraft, files: FilePanel}} call @param {AbortSignal} signal
   */
  constructor(session, { chat, pictures, draft, files }, signal) {
    this.#session = session;
    this.#chat = chat;
    this.#pictures = pictures;
    this.#list.replaceChildren();
    byId("chat-empty", HTMLElement).hidden = false;
    chat.on("message", ({ entry, loud }) => this.#onMessage(entry, loud), { signal });
    chat.on("changed", ({ entry }) => this.#onChanged(entry), { signal });
    pictures.on("changed", ({ picture }) => this.#onPicture(picture), { signal });
    this.#composer = new Composer({ pictures, draft, files }, signal);
    this.#dialog = new PictureDialog(() => pictures.shown, signal);
    this.#dialog.on("shown", ({ picture }) => pictures.keep(picture), { signal });
    this.#dialog.on("closed", ({ picture }) => this.#pictureItems.get(picture)?.focus(), { signal });
    this.#end = new StickToEnd(byId("chat-scroll", HTMLElement), this.#list, signal);
    this.#end.on("reached", () => (this.#newMessages.hidden = true));
    this.#newMessages.addEventListener("click", () => this.#end.scrollToEnd(), { signal });
    this.#list.addEventListener("click", ({ target }) => void this.#copy(target), { signal });
    sidePanels.on("changed", ({ panel, open }) => panel === "chat" && this.#onPanel(open), { signal });
    document.addEventListener("visibilitychange", () => this.#onVisibility(), { signal });
    const timer = setInterval(() => this.#pictureItems.forEach((item) => item.updateProgress()), TICK_MS);
    signal.addEventListener("abort", () => {
      clearInterval(timer);
      for (const item of this.#pictureItems.values()) item.close();
      this.#setUnread(0);
    });
  }

  /** The person is done with this call. When it ends for another reason, what they were writing waits for the next one. */
  discardDraft() {
    this.#composer.discardDraft();
  }

  /** @param {boolean} open */
  #onPanel(open) {
    this.#onVisibility();
    if (!open) return;
    clearToasts("chat");
    this.#end.scrollToEnd();
  }

  #onVisibility() {
    if (this.#isVisible) this.#setUnread(0);
  }

  get #isVisible() {
    return !this.#panel.hidden && !document.hidden;
  }

  /** @param {Entry} entry @param {boolean} loud */
  #onMessage(entry, loud) {
    byId("chat-empty", HTMLElement).hidden = true;
    const follow = entry.own || this.#end.reached;
    const { entries } = this.#chat.log;
    const item = renderMessage(entry, (pid) => this.#nameOf(pid));
    this.#items.set(entry.key, item);
    for (const picture of this.#pictures.of(entry)) this.#addPicture(picture, item);
    const next = entries[entries.indexOf(entry) + 1];
    this.#list.insertBefore(item, (next && this.#items.get(next.key)) ?? null);
    this.#removeDropped();
    this.#markContinued(entries.indexOf(entry));
    if (follow) this.#end.scrollToEnd();
    else this.#newMessages.hidden = this.#panel.hidden;
    if (!this.#isVisible && !entry.own) this.#announce(entry, loud);
  }

  /** @param {Entry} entry */
  #onChanged(entry) {
    const item = this.#items.get(entry.key);
    if (item) refreshMessage(item, entry, (pid) => this.#nameOf(pid));
    this.#markContinued(this.#chat.log.entries.indexOf(entry));
  }

  /** @param {SharedPicture} picture @param {HTMLElement} message */
  #addPicture(picture, message) {
    const item = new PictureItem(picture, (pid) => this.#nameOf(pid));
    this.#pictureItems.set(picture, item);
    item.on("action", ({ action }) => void this.#runAction(picture, action));
    const list = find(message, ".chat__pictures", HTMLElement);
    list.append(item.root);
    list.hidden = false;
    item.update();
  }

  /** @param {SharedPicture} picture */
  #onPicture(picture) {
    this.#pictureItems.get(picture)?.update();
    this.#dialog.update();
  }

  /** @param {SharedPicture} picture @param {PictureAction} action */
  async #runAction(picture, action) {
    if (action === "cancel") return this.#pictures.cancel(picture);
    if (action === "open" && picture.blob) return this.#dialog.open(picture);
    if (action !== "save") return this.#pictures.load(picture);
    if (await savePicture(picture)) this.#composer.showNote(text("chat.picture.saved"));
  }

  /** Removes the items of entries that the log has dropped. */
  #removeDropped() {
    const kept = new Set(this.#chat.log.entries.map(({ key }) => key));
    for (const [key, item] of this.#items) {
      if (kept.has(key)) continue;
      item.remove();
      this.#items.delete(key);
      for (const [picture, one] of this.#pictureItems) if (picture.entry.key === key) this.#removePicture(picture, one);
    }
  }

  /** @param {SharedPicture} picture @param {PictureItem} item */
  #removePicture(picture, item) {
    item.close();
    this.#pictureItems.delete(picture);
  }

  /** Updates the entry at an index and the next one. @param {number} at */
  #markContinued(at) {
    const { entries } = this.#chat.log;
    for (const index of [at, at + 1]) {
      const entry = entries[index];
      const item = entry && this.#items.get(entry.key);
      if (item) item.dataset.continues = String(continues(entry, entries[index - 1]));
    }
  }

  /** @param {Entry} entry @param {boolean} loud */
  #announce({ name, text: words, pictures }, loud) {
    this.#setUnread(this.#unread + 1);
    if (!loud || !this.#panel.hidden) return;
    const content = words || text(pictures.length === 1 ? "chat.picture.one" : "chat.picture.many", { count: pictures.length });
    const line = [...content.replace(/\s+/g, " ")];
    const short = line.length > TOAST_CHARACTERS ? `${line.slice(0, TOAST_CHARACTERS).join("")}…` : line.join("");
    const news = text("chat.news", { name: displayName(name), words: short });
    const now = performance.now();
    if (now - this.#toastedAt < TOAST_INTERVAL_MS) return say(news);
    this.#toastedAt = now;
    toast(news, { label: text("toast.show"), run: () => sidePanels.open("chat") }, "chat");
  }

  /** @param {number} unread */
  #setUnread(unread) {
    this.#unread = unread;
    const badge = byId("chat-count", HTMLElement);
    badge.hidden = unread === 0;
    badge.textContent = unread > 99 ? "99+" : String(unread);
    showInTitle({ unread });
  }

  /** @param {EventTarget | null} target */
  async #copy(target) {
    const button = target instanceof Element ? target.closest(".chat__copy") : null;
    const item = button?.closest(".chat__message");
    const found = [...this.#items].find(([, one]) => one === item);
    const entry = found && this.#chat.log.entries.find(({ key }) => key === found[0]);
    if (!entry) return;
    // Without access to the clipboard the person can select the text.
    const copied = await navigator.clipboard.writeText(entry.text).then(() => true, () => false);
    if (copied) this.#composer.showNote(text("chat.copied"));
  }

  /** @param {string} pid */
  #nameOf(pid) {
    return this.#session.people.get(pid)?.name;
  }
}
