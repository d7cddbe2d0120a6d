/** The chat beside the call. */

import { continues, drawMessage, refreshMessage } from "./chat-message.js";
import { displayName } from "../people/display-name.js";
import { byId, find, text } from "../lib/page.js";
import { showSidePanel } from "../call/side-panel.js";
import { clearToasts, toast } from "../lib/toasts.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Chat } from "../../chat/chat.js" */
/** @import { Entry } from "../../chat/log.js" */

/** How near to the end one has to be to be taken along by what is new. */
const NEAR_PX = 48;
const TOAST_CHARACTERS = 80;
/** Who writes much is not to push all other news away. */
const TOAST_INTERVAL_MS = 4_000;
const NOTE_MS = 6_000;
const MAX_ROWS = 5;

export class ChatPanel {
  #panel = byId("chat", HTMLElement);
  #scroll = byId("chat-scroll", HTMLElement);
  #list = byId("chat-log", HTMLElement);
  #field = byId("chat-text", HTMLTextAreaElement);
  #newer = byId("chat-newer", HTMLButtonElement);
  #note = byId("chat-note", HTMLElement);
  #session;
  #chat;
  /** @type {Map<string, HTMLElement>} by the key of the entry */
  #items = new Map();
  #unread = 0;
  #toasted = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #noteTimer;

  /** @param {CallSession} session @param {Chat} chat @param {AbortSignal} signal */
  constructor(session, chat, signal) {
    this.#session = session;
    this.#chat = chat;
    this.#list.replaceChildren();
    byId("chat-empty", HTMLElement).hidden = false;
    chat.on("message", ({ entry, live }) => this.#added(entry, live), { signal });
    chat.on("changed", ({ entry }) => this.#changed(entry), { signal });
    byId("chat-form", HTMLFormElement).addEventListener("submit", (event) => this.#submit(event), { signal });
    this.#field.addEventListener("input", () => this.#fit(), { signal });
    this.#field.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#panel.addEventListener("keydown", (event) => event.key === "Escape" && this.#close(), { signal });
    this.#scroll.addEventListener("scroll", () => this.#atEnd() && (this.#newer.hidden = true), { signal });
    this.#newer.addEventListener("click", () => this.#toEnd(), { signal });
    this.#list.addEventListener("click", ({ target }) => void this.#copy(target), { signal });
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-chat]"))) {
      button.addEventListener("click", () => (button.dataset.chat === "close" ? this.#close() : this.toggle()), { signal });
    }
    // However it came to be seen or hidden: another panel may have taken its place.
    const seen = new MutationObserver(() => this.#shownOrHidden());
    seen.observe(this.#panel, { attributeFilter: ["hidden"] });
    document.addEventListener("visibilitychange", () => this.#shownOrHidden(), { signal });
    signal.addEventListener("abort", () => {
      seen.disconnect();
      clearTimeout(this.#noteTimer);
      this.#field.value = "";
      this.#say("");
      this.#count(0);
      showSidePanel("chat", false);
    });
  }

  /** Opens or closes the panel. */
  toggle() {
    if (!this.#panel.hidden) return this.#close();
    showSidePanel("chat", true);
    clearToasts();
    this.#toEnd();
    this.#field.focus();
  }

  #close() {
    showSidePanel("chat", false);
    find(document, "[data-chat=toggle]", HTMLElement).focus();
  }

  #shownOrHidden() {
    if (this.#seen) this.#count(0);
  }

  /** Whether somebody can be reading. */
  get #seen() {
    return !this.#panel.hidden && !document.hidden;
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const done = this.#chat.sendText(this.#field.value);
    if (done === "sent") this.#field.value = "";
    this.#fit();
    this.#say(done === "too-fast" || done === "too-long" ? text(`chat.${done}`) : "");
    this.#field.focus();
  }

  /** Gives the field as many lines as were written, where the style sheet cannot (`field-sizing`). */
  #fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#field.rows = Math.min(MAX_ROWS, this.#field.value.split("\n").length);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // Where there is no real keyboard, Enter begins a new line and the button sends.
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing && !matchMedia("(pointer: coarse)").matches;
    if (!sends) return;
    event.preventDefault();
    byId("chat-form", HTMLFormElement).requestSubmit();
  }

  /** @param {Entry} entry @param {boolean} live */
  #added(entry, live) {
    byId("chat-empty", HTMLElement).hidden = true;
    const follow = entry.own || this.#atEnd();
    const { entries } = this.#chat.log;
    const item = drawMessage(entry, (pid) => this.#nameOf(pid));
    this.#items.set(entry.key, item);
    const next = entries[entries.indexOf(entry) + 1];
    this.#list.insertBefore(item, (next && this.#items.get(next.key)) ?? null);
    this.#forget();
    this.#group(entries.indexOf(entry));
    if (follow) this.#toEnd();
    else this.#newer.hidden = this.#panel.hidden;
    if (!this.#seen && !entry.own) this.#announce(entry, live);
  }

  /** @param {Entry} entry */
  #changed(entry) {
    const item = this.#items.get(entry.key);
    if (item) refreshMessage(item, entry, (pid) => this.#nameOf(pid));
    this.#group(this.#chat.log.entries.indexOf(entry));
  }

  /** Takes away what the log has let go. */
  #forget() {
    const kept = new Set(this.#chat.log.entries.map(({ key }) => key));
    for (const [key, item] of this.#items) {
      if (kept.has(key)) continue;
      item.remove();
      this.#items.delete(key);
    }
  }

  /** @param {number} at what is here or right behind may belong to another group now */
  #group(at) {
    const { entries } = this.#chat.log;
    for (const index of [at, at + 1]) {
      const entry = entries[index];
      const item = entry && this.#items.get(entry.key);
      if (item) item.dataset.continues = String(continues(entry, entries[index - 1]));
    }
  }

  /** @param {Entry} entry @param {boolean} live */
  #announce({ name, text: words }, live) {
    this.#count(this.#unread + 1);
    const now = performance.now();
    if (!live || !this.#panel.hidden || now - this.#toasted < TOAST_INTERVAL_MS) return;
    this.#toasted = now;
    const line = [...words.replace(/\s+/g, " ")];
    const short = line.length > TOAST_CHARACTERS ? `${line.slice(0, TOAST_CHARACTERS).join("")}…` : line.join("");
    toast(text("chat.news", { name: displayName(name), words: short }));
  }

  /** @param {number} unread */
  #count(unread) {
    this.#unread = unread;
    const badge = byId("chat-count", HTMLElement);
    badge.hidden = unread === 0;
    badge.textContent = unread > 99 ? "99+" : String(unread);
  }

  /** @param {EventTarget | null} target */
  async #copy(target) {
    const button = target instanceof Element ? target.closest(".chat__copy") : null;
    const item = button?.closest(".chat__message");
    const found = [...this.#items].find(([, one]) => one === item);
    const entry = found && this.#chat.log.entries.find(({ key }) => key === found[0]);
    if (!entry) return;
    // Refused where the page may not touch the clipboard: the text can be selected all the same.
    const copied = await navigator.clipboard.writeText(entry.text).then(() => true, () => false);
    if (copied) this.#say(text("chat.copied"));
  }

  /** @param {string} words empty: nothing to say */
  #say(words) {
    clearTimeout(this.#noteTimer);
    this.#note.hidden = words === "";
    this.#note.textContent = words;
    if (words) this.#noteTimer = setTimeout(() => (this.#note.hidden = true), NOTE_MS);
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    return scrollHeight - scrollTop - clientHeight < NEAR_PX;
  }

  #toEnd() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#newer.hidden = true;
  }

  /** @param {string} pid */
  #nameOf(pid) {
    return this.#session.people.get(pid)?.name;
  }
}
