/** The chat beside the call. */

import { continues, renderMessage, refreshMessage } from "./chat-message.js";
import { displayName } from "../people/display-name.js";
import { isComposing } from "../../lib/keyboard.js";
import { say, showNotice } from "../lib/announcer.js";
import { byId, text } from "../lib/page.js";
import { showInTitle } from "../lib/page-title.js";
import { sidePanels } from "../call/side-panel.js";
import { StickToEnd } from "./stick-to-end.js";
import { clearToasts, toast } from "../lib/toasts.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Chat } from "../../chat/chat.js" */
/** @import { Entry } from "../../chat/log.js" */

const TOAST_CHARACTERS = 80;
/** Many messages in a row must not push out all other toasts. */
const TOAST_INTERVAL_MS = 4_000;
const NOTE_MS = 6_000;
const MAX_ROWS = 5;

export class ChatPanel {
  #panel = byId("chat", HTMLElement);
  #list = byId("chat-log", HTMLElement);
  #field = byId("chat-text", HTMLTextAreaElement);
  #newMessages = byId("chat-newer", HTMLButtonElement);
  #note = byId("chat-note", HTMLElement);
  #session;
  #chat;
  #end;
  /** @type {Map<string, HTMLElement>} by the key of the entry */
  #items = new Map();
  #unread = 0;
  #toastedAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #noteTimer;

  /** @param {CallSession} session @param {Chat} chat @param {AbortSignal} signal */
  constructor(session, chat, signal) {
    this.#session = session;
    this.#chat = chat;
    this.#list.replaceChildren();
    byId("chat-empty", HTMLElement).hidden = false;
    chat.on("message", ({ entry, live }) => this.#onMessage(entry, live), { signal });
    chat.on("changed", ({ entry }) => this.#onChanged(entry), { signal });
    byId("chat-form", HTMLFormElement).addEventListener("submit", (event) => this.#submit(event), { signal });
    this.#field.addEventListener("input", () => this.#fitRows(), { signal });
    this.#field.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    this.#end = new StickToEnd(byId("chat-scroll", HTMLElement), this.#list, signal);
    this.#end.on("reached", () => (this.#newMessages.hidden = true));
    this.#newMessages.addEventListener("click", () => this.#end.scrollToEnd(), { signal });
    this.#list.addEventListener("click", ({ target }) => void this.#copy(target), { signal });
    sidePanels.on("changed", ({ panel, open }) => panel === "chat" && this.#onPanel(open), { signal });
    document.addEventListener("visibilitychange", () => this.#onVisibility(), { signal });
    signal.addEventListener("abort", () => {
      clearTimeout(this.#noteTimer);
      this.#showNote("");
      this.#setUnread(0);
    });
  }

  /** The person is done with this call. When it ends for another reason, what they were writing waits for the next one. */
  discardDraft() {
    this.#field.value = "";
    this.#fitRows();
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

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const done = this.#chat.sendMessage(this.#field.value);
    if (done === "sent") this.#field.value = "";
    this.#fitRows();
    this.#showNote(done === "too-fast" || done === "too-long" ? text(`chat.${done}`) : "");
    this.#field.focus();
  }

  /** For browsers without `field-sizing`. */
  #fitRows() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#field.rows = Math.min(MAX_ROWS, this.#field.value.split("\n").length);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    // On touch screens Enter starts a new line and the button sends.
    const sends = event.key === "Enter" && !event.shiftKey && !event.altKey && !isComposing(event) && !matchMedia("(pointer: coarse)").matches;
    if (!sends) return;
    event.preventDefault();
    if (!event.repeat) byId("chat-form", HTMLFormElement).requestSubmit();
  }

  /** @param {Entry} entry @param {boolean} live */
  #onMessage(entry, live) {
    byId("chat-empty", HTMLElement).hidden = true;
    const follow = entry.own || this.#end.reached;
    const { entries } = this.#chat.log;
    const item = renderMessage(entry, (pid) => this.#nameOf(pid));
    this.#items.set(entry.key, item);
    const next = entries[entries.indexOf(entry) + 1];
    this.#list.insertBefore(item, (next && this.#items.get(next.key)) ?? null);
    this.#removeDropped();
    this.#markContinued(entries.indexOf(entry));
    if (follow) this.#end.scrollToEnd();
    else this.#newMessages.hidden = this.#panel.hidden;
    if (!this.#isVisible && !entry.own) this.#announce(entry, live);
  }

  /** @param {Entry} entry */
  #onChanged(entry) {
    const item = this.#items.get(entry.key);
    if (item) refreshMessage(item, entry, (pid) => this.#nameOf(pid));
    this.#markContinued(this.#chat.log.entries.indexOf(entry));
  }

  /** Removes the items of entries that the log has dropped. */
  #removeDropped() {
    const kept = new Set(this.#chat.log.entries.map(({ key }) => key));
    for (const [key, item] of this.#items) {
      if (kept.has(key)) continue;
      item.remove();
      this.#items.delete(key);
    }
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

  /** @param {Entry} entry @param {boolean} live */
  #announce({ name, text: content }, live) {
    this.#setUnread(this.#unread + 1);
    if (!live || !this.#panel.hidden) return;
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
    if (copied) this.#showNote(text("chat.copied"));
  }

  /** @param {string} note empty: hides it */
  #showNote(note) {
    clearTimeout(this.#noteTimer);
    showNotice(this.#note, this.#note, note);
    if (note) this.#noteTimer = setTimeout(() => this.#showNote(""), NOTE_MS);
  }

  /** @param {string} pid */
  #nameOf(pid) {
    return this.#session.people.get(pid)?.name;
  }
}
