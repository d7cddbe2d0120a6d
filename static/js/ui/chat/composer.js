/** The field for the next message, its pictures, and the note above it. */

import { isTooLong } from "../../chat/messages.js";
import { isComposing } from "../../lib/keyboard.js";
import { textFile } from "../files/pasted.js";
import { showNotice } from "../lib/announcer.js";
import { byId, find, text } from "../lib/page.js";
import { toast } from "../lib/toasts.js";
import { ChatInput } from "./chat-input.js";

/** @import { ChatPictures } from "../../chat/pictures.js" */
/** @import { SelectedFile } from "../../files/protocol/metadata.js" */
/** @import { Selection } from "../../files/send/selection.js" */
/** @import { FilePanel } from "../files/file-panel.js" */
/** @import { PictureDraft } from "./picture-draft.js" */
/** @typedef {{label: string, run: () => void}} NoteAction a button on the note, which then stays */

const NOTE_MS = 6_000;
const MAX_ROWS = 5;

export class Composer {
  #form = byId("chat-form", HTMLFormElement);
  #field = byId("chat-text", HTMLTextAreaElement);
  #note = byId("chat-note", HTMLElement);
  #button = find(this.#note, "button", HTMLButtonElement);
  #pictures;
  #draft;
  #files;
  #signal;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #noteTimer;
  /** @type {() => void} */
  #action = () => {};
  /** A long message that waits in the file form. @type {{words: string, file: File} | null} */
  #moved = null;

  /** @param {{pictures: ChatPictures, draft: PictureDraft, files: FilePanel}} call @param {AbortSignal} signal */
  constructor({ pictures, draft, files }, signal) {
    this.#pictures = pictures;
    this.#draft = draft;
    this.#files = files;
    this.#signal = signal;
    this.#form.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.#field.addEventListener("input", () => this.#onInput(), { signal });
    this.#field.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    this.#button.addEventListener("click", () => this.#runAction(), { signal });
    files.on("sent", ({ chosen }) => this.#onFilesSent(chosen), { signal });
    const input = new ChatInput(draft, signal);
    input.on("others", ({ others, why }) => this.#passOn(others, why), { signal });
    input.on("beside", ({ add }) => this.showNote(text("chat.picture.beside"), { label: text("chat.picture.add"), run: add }), { signal });
    input.on("added", () => this.showNote(""), { signal });
    signal.addEventListener("abort", () => this.showNote(""));
  }

  /** The person is done with this call. When it ends for another reason, what they were writing waits for the next one. */
  discardDraft() {
    this.#field.value = "";
    this.#draft.clear();
    this.#fitRows();
  }

  /** @param {string} note empty: hides it @param {NoteAction} [action] */
  showNote(note, action) {
    clearTimeout(this.#noteTimer);
    showNotice(this.#note, find(this.#note, "p", HTMLElement), note);
    this.#button.hidden = action === undefined;
    this.#button.textContent = action?.label ?? "";
    this.#action = action?.run ?? (() => {});
    if (note && !action) this.#noteTimer = setTimeout(() => this.showNote(""), NOTE_MS);
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const { adding } = this.#draft;
    // Pasted and sent at once.
    if (adding) void adding.then(() => this.#signal.aborted || this.#send());
    else this.#send();
  }

  #send() {
    const done = this.#pictures.send(this.#field.value, this.#draft.chosen);
    if (done === "sent") this.discardDraft();
    if (done === "too-long") this.#offerAsFile();
    else this.showNote(done === "too-fast" ? text("chat.too-fast") : "");
    this.#field.focus();
  }

  #onInput() {
    this.#fitRows();
    const isLong = isTooLong(this.#field.value);
    if (isLong && this.#note.dataset.about !== "length") this.#offerAsFile();
    else if (!isLong && this.#note.dataset.about === "length") this.showNote("");
    this.#note.dataset.about = isLong ? "length" : "";
  }

  /** A message that is too long is not cut: it can go as a text file. */
  #offerAsFile() {
    this.showNote(text("chat.too-long"), { label: text("chat.as-file"), run: () => this.#moveToFile() });
    this.#note.dataset.about = "length";
  }

  /** The text stays in the field until the file was sent. */
  #moveToFile() {
    const words = this.#field.value;
    this.#moved = { words, file: textFile(words, "message") };
    void this.#files.chooseReceivers([{ file: this.#moved.file, path: [] }]);
  }

  /** @param {SelectedFile[]} chosen */
  #onFilesSent(chosen) {
    const moved = this.#moved;
    if (moved === null || !chosen.some(({ file }) => file === moved.file)) return;
    this.#moved = null;
    if (this.#field.value === moved.words) this.#field.value = "";
    this.#onInput();
  }

  #runAction() {
    const run = this.#action;
    this.showNote("");
    this.#field.focus();
    run();
  }

  /** @param {Selection} others @param {string} why */
  #passOn(others, why) {
    void this.#files.choose(others);
    if (why) toast(why);
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
    if (!event.repeat) this.#form.requestSubmit();
  }
}
