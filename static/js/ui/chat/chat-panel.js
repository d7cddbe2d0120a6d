/** The chat beside the call. */

import { continues, renderMessage, refreshMessage, shortText } from "./chat-message.js";
import { ComposeTarget } from "./compose-target.js";
import { Composer } from "./composer.js";
import { MessageMenu } from "./message-menu.js";
import { PictureDialog } from "./picture-dialog.js";
import { PictureItem } from "./picture-item.js";
import { savePicture } from "./save-picture.js";
import { displayName } from "../people/display-name.js";
import { say } from "../lib/announcer.js";
import { byId, find, text } from "../lib/page.js";
import { showInTitle } from "../lib/page-title.js";
import { personMenu } from "../people/person-menu.js";
import { sidePanels } from "../call/side-panel.js";
import { StickToEnd } from "./stick-to-end.js";
import { isShown } from "../lib/news-settings.js";
import { clearToasts, toast } from "../lib/toasts.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Chat } from "../../chat/chat.js" */
/** @import { Entry } from "../../chat/log.js" */
/** @import { ChatPictures } from "../../chat/pictures.js" */
/** @import { SharedPicture } from "../../chat/shared-picture.js" */
/** @import { FilePanel } from "../files/file-panel.js" */
/** @import { PictureDraft } from "./picture-draft.js" */
/** @import { MessageAction } from "./message-menu.js" */
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
  #target;
  #dialog;
  #end;
  /** @type {Map<string, HTMLElement>} by the key of the entry */
  #items = new Map();
  /** @type {Map<SharedPicture, PictureItem>} */
  #pictureItems = new Map();
  #unread = 0;
  #toastedAt = -Infinity;
  #context;

  /**
   * @param {CallSession} session
   * @param {{chat: Chat, pictures: ChatPictures, draft: PictureDraft, files: FilePanel}} call @param {AbortSignal} signal
   */
  constructor(session, { chat, pictures, draft, files }, signal) {
    this.#session = session;
    this.#chat = chat;
    this.#pictures = pictures;
    this.#context = { nameOf: (/** @type {string} */ pid) => this.#nameOf(pid), answered: (/** @type {string} */ id) => chat.log.find(id) };
    this.#list.replaceChildren();
    byId("chat-empty", HTMLElement).hidden = false;
    chat.on("message", ({ entry, loud }) => this.#onMessage(entry, loud), { signal });
    chat.on("changed", ({ entry }) => this.#onChanged(entry), { signal });
    pictures.on("changed", ({ picture }) => this.#onPicture(picture), { signal });
    this.#target = new ComposeTarget(session, signal);
    this.#composer = new Composer({ chat, target: this.#target, pictures, draft, files }, signal);
    this.#setUpActions(signal);
    this.#dialog = new PictureDialog(() => pictures.shown, signal);
    this.#dialog.on("shown", ({ picture }) => pictures.keep(picture), { signal });
    this.#dialog.on("closed", ({ picture }) => this.#pictureItems.get(picture)?.focus(), { signal });
    this.#end = new StickToEnd(byId("chat-scroll", HTMLElement), this.#list, signal);
    this.#end.on("reached", () => (this.#newMessages.hidden = true));
    this.#newMessages.addEventListener("click", () => this.#end.scrollToEnd(), { signal });
    this.#list.addEventListener("click", ({ target }) => this.#onClick(target), { signal });
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
    this.#target.writeTo(null);
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
    const item = renderMessage(entry, this.#context);
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
    if (entry.deleted) for (const [picture, item] of this.#pictureItems) if (picture.entry === entry) this.#removePicture(picture, item);
    for (const one of this.#chat.log.entries) {
      const item = one === entry || one.reply === entry.id ? this.#items.get(one.key) : undefined;
      if (item) refreshMessage(item, one, this.#context);
    }
    this.#target.onChanged(entry);
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
  #announce(entry, loud) {
    this.#setUnread(this.#unread + 1);
    if (!loud || !this.#panel.hidden || !isShown("messages")) return;
    // Who shares a screen may be showing this page, too.
    const isSharing = !byId("sharing", HTMLElement).hidden;
    const key = entry.to === null ? "chat.news" : isSharing ? "chat.news.private.sharing" : "chat.news.private";
    const news = text(key, { name: displayName(entry.name), words: shortText(entry, TOAST_CHARACTERS) });
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

  /** @param {AbortSignal} signal */
  #setUpActions(signal) {
    const menu = new MessageMenu({ entryOf: (target) => this.#entryOf(target), mayWritePrivately: (pid) => this.#target.mayWriteTo(pid) }, signal);
    menu.on("action", ({ entry, action }) => void this.#runMessageAction(entry, action));
    const write = (/** @type {string} */ pid) => {
      this.#target.writeTo({ pid, name: this.#nameOf(pid) ?? "" });
      sidePanels.open("chat");
    };
    personMenu.addAction({ id: "private", icon: "private", label: text("chat.private"), shown: ({ self, state }) => !self && state !== "refused", run: write }, signal);
    byId("chat-save", HTMLButtonElement).addEventListener("click", () => void this.#save(byId("stage-title", HTMLElement).textContent), { signal });
    const open = byId("chat-search-open", HTMLButtonElement);
    const search = async () => {
      // What is typed while the module loads is searched for, too.
      byId("chat-search", HTMLElement).hidden = false;
      byId("chat-search-text", HTMLInputElement).focus();
      const { ChatSearch } = await import("./chat-search.js");
      if (!signal.aborted) new ChatSearch(this.#chat, (entry) => this.#items.get(entry.key), signal);
    };
    open.addEventListener("click", () => void search(), { signal, once: true });
  }

  /** @param {Element} target */
  #entryOf(target) {
    const item = target.closest(".chat__message");
    const [key] = [...this.#items].find(([, one]) => one === item) ?? [];
    return this.#chat.log.entries.find((one) => one.key === key);
  }

  /** @param {Entry} entry @param {MessageAction} action */
  async #runMessageAction(entry, action) {
    if (action === "reply") return this.#target.answer(entry);
    if (action === "private") return this.#target.answer(entry, { privately: true });
    if (action === "edit") return this.#target.edit(entry);
    if (action === "delete") {
      const done = this.#chat.deleteMessage(entry);
      if (done === "too-fast" || done === "too-often") this.#composer.showNote(text(`chat.${done}`));
      return;
    }
    // Without access to the clipboard the person can select the text.
    const copied = await navigator.clipboard.writeText(entry.text).then(() => true, () => false);
    if (copied) this.#composer.showNote(text("chat.copied"));
  }

  /** The way from an answer to its question. @param {EventTarget | null} target */
  #onClick(target) {
    const quote = target instanceof Element ? target.closest(".chat__quote") : null;
    const answered = quote && this.#chat.log.find(this.#entryOf(quote)?.reply ?? "");
    const item = answered && this.#items.get(answered.key);
    if (!item) return;
    item.scrollIntoView({ block: "nearest" });
    item.tabIndex = -1;
    item.focus();
  }

  /** @param {string} roomName */
  async #save(roomName) {
    const { saveChat } = await import("./save-chat.js");
    if (await saveChat(this.#chat.log.entries, roomName)) this.#composer.showNote(text("chat.picture.saved"));
  }

  /** @param {string} pid */
  #nameOf(pid) {
    return this.#session.people.get(pid)?.name;
  }
}
