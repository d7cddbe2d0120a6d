/** Finds messages in the chat: from the newest to the oldest, as they stand, so that what was said around them can be read, too. */

import { find, byId, text } from "../lib/page.js";

/** @import { Chat } from "../../chat/chat.js" */
/** @import { Entry } from "../../chat/log.js" */

export class ChatSearch {
  #form = byId("chat-search", HTMLFormElement);
  #field = byId("chat-search-text", HTMLInputElement);
  #button = byId("chat-search-open", HTMLButtonElement);
  #count = find(this.#form, "output", HTMLOutputElement);
  #chat;
  #itemOf;
  /** @type {HTMLElement | undefined} the message that is shown as found */
  #shown;
  #words = "";
  #at = -1;

  /** @param {Chat} chat @param {(entry: Entry) => HTMLElement | undefined} itemOf @param {AbortSignal} signal */
  constructor(chat, itemOf, signal) {
    this.#chat = chat;
    this.#itemOf = itemOf;
    this.#button.addEventListener("click", () => this.toggle(), { signal });
    this.#form.addEventListener("submit", (event) => this.#step(event, 1), { signal });
    find(this.#form, "[data-search=next]", HTMLButtonElement).addEventListener("click", (event) => this.#step(event, -1), { signal });
    this.#field.addEventListener("input", () => this.#onInput(), { signal });
    this.#form.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    signal.addEventListener("abort", () => this.#close());
    this.#button.setAttribute("aria-expanded", "true");
    this.#onInput();
  }

  toggle() {
    if (!this.#form.hidden) return this.#close();
    this.#form.hidden = false;
    this.#button.setAttribute("aria-expanded", "true");
    this.#field.focus();
  }

  #close() {
    this.#form.hidden = true;
    this.#field.value = "";
    this.#onInput();
    this.#button.setAttribute("aria-expanded", "false");
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key === "Enter" && event.shiftKey && event.target === this.#field) return this.#step(event, -1);
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    this.#close();
    this.#button.focus();
  }

  #onInput() {
    this.#words = fold(this.#field.value.trim());
    this.#at = -1;
    this.#show();
    if (this.#words !== "") this.#step(null, 1);
  }

  /** @param {Event | null} event @param {1 | -1} by 1: to an older one */
  #step(event, by) {
    event?.preventDefault();
    const { length } = this.#found;
    if (length > 0) this.#at = this.#at === -1 ? 0 : (this.#at + by + length) % length;
    this.#show();
  }

  /** Newest first. */
  get #found() {
    if (this.#words === "") return [];
    return this.#chat.log.entries.filter((entry) => !entry.deleted && fold(textOf(entry)).includes(this.#words)).toReversed();
  }

  #show() {
    const found = this.#found;
    this.#shown?.removeAttribute("data-found");
    const entry = found[this.#at];
    this.#shown = entry && this.#itemOf(entry);
    this.#shown?.setAttribute("data-found", "true");
    this.#shown?.scrollIntoView({ block: "nearest" });
    const none = this.#words === "" ? "" : text("chat.search.none");
    this.#count.textContent = entry ? text("chat.search.at", { number: this.#at + 1, count: found.length }) : none;
  }
}

/** @param {Entry} entry */
function textOf({ text: words, name, pictures }) {
  return [words, name, ...pictures.map((picture) => picture.name)].join("\n");
}

/** Without capitals, accents and width: what people type when they search. @param {string} words */
function fold(words) {
  return words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
