/** The field for the next message, its pictures, and the note above it. */

import { isTooLong } from "../../chat/messages.js";
import { isComposing } from "../../lib/keyboard.js";
import { textFile } from "../files/pasted.js";
import { showNotice } from "../lib/announcer.js";
import { byId, find, text } from "../lib/page.js";
import { toast } from "../lib/toasts.js";
import { ChatInput } from "./chat-input.js";
import { displayName } from "../people/display-name.js";

/** @import { Chat } from "../../chat/chat.js" */
/** @import { Entry } from "../../chat/log.js" */
/** @import { ChatPictures } from "../../chat/pictures.js" */
/** @import { SelectedFile } from "../../files/protocol/metadata.js" */
/** @import { Selection } from "../../files/send/selection.js" */
/** @import { FilePanel } from "../files/file-panel.js" */
/** @import { ComposeTarget } from "./compose-target.js" */
/** @import { PictureDraft } from "./picture-draft.js" */
/** @typedef {{label: string, run: () => void}} NoteAction a button on the note, which then stays */

const NOTE_MS = 6_000;
const MAX_ROWS = 5;

export class Composer {
  #form = byId("chat-form", HTMLFormElement);
  #field = byId("chat-text", HTMLTextAreaElement);
  #note = byId("chat-note", HTMLElement);
  #button = find(this.#note, "button", HTMLButtonElement);
  #chat;
  #target;
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
  /** What was being written before an earlier message was to be changed. */
  #before = "";

  /** @param {{chat: Chat, target: ComposeTarget, pictures: ChatPictures, draft: PictureDraft, files: FilePanel}} call @param {AbortSignal} signal */
  constructor({ chat, target, pictures, draft, files }, signal) {
    this.#chat = chat;
    this.#target = target;
    this.#pictures = pictures;
    this.#draft = draft;
    this.#files = files;
    this.#signal = signal;
    this.#form.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.#field.addEventListener("input", () => this.#onInput(), { signal });
    this.#field.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    this.#button.addEventListener("click", () => this.#runAction(), { signal });
    target.on("editing", ({ entry }) => this.#onEditing(entry), { signal });
    files.on("sent", ({ chosen }) => this.#onFilesSent(chosen), { signal });
    const input = new ChatInput(draft, signal);
    input.on("others", ({ others, why }) => this.#passOn(others, why), { signal });
    input.on("beside", ({ add }) => this.showNote(text("chat.picture.beside"), { label: text("chat.picture.add"), run: add }), { signal });
    input.on("added", () => this.showNote(""), { signal });
    signal.addEventListener("abort", () => {
      this.showNote("");
      if (this.#field.dataset.edits === "true") this.#onEditing(null);
    });
  }

  /** The person is done with this call. When it ends for another reason, what they were writing waits for the next one. */
  discardDraft() {
    this.#before = this.#field.value = "";
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
    const { edited, to, reply, hasLeft } = this.#target;
    const words = this.#field.value;
    if (!edited && to && hasLeft) return this.showNote(text("chat.to.gone", { name: displayName(to.name) }));
    const done = edited ? this.#chat.editMessage(edited, words) : this.#pictures.send(words, this.#draft.chosen, { to, reply });
    if (done === "sent") {
      if (!edited) this.discardDraft();
      this.#target.done();
    }
    if (done === "too-long") this.#offerAsFile();
    else if (done === "denied") this.showNote(text("rights.chat.denied"));
    else this.showNote(done === "too-fast" || done === "too-often" ? text(`chat.${done}`) : "");
    this.#field.focus();
  }

  /** @param {Entry | null} entry the message that is to be changed; null: no longer */
  #onEditing(entry) {
    const isFirst = entry !== null && this.#field.dataset.edits !== "true";
    if (isFirst) this.#before = this.#field.value;
    this.#field.dataset.edits = String(entry !== null);
    this.#field.value = entry?.text ?? this.#before;
    this.#field.selectionStart = this.#field.value.length;
    this.#onInput();
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
    const file = textFile(words, "message");
    if (this.#chooseFiles({ chosen: [{ file, path: [] }], left: [] })) this.#moved = { words, file };
  }

  /** In a private talk they are for that person alone. @param {Selection} selection @returns {boolean} */
  #chooseFiles(selection) {
    const { edited, to, hasLeft } = this.#target;
    const receiver = edited ? edited.to : to;
    if (receiver && (edited ? !this.#target.mayWriteTo(receiver.pid) : hasLeft)) {
      this.showNote(text("chat.to.gone", { name: displayName(receiver.name) }));
      return false;
    }
    void this.#files.choose(selection, receiver?.pid);
    return true;
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
    if (this.#chooseFiles(others) && why) toast(why);
  }

  /** For browsers without `field-sizing`. */
  #fitRows() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#field.rows = Math.min(MAX_ROWS, this.#field.value.split("\n").length);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key === "ArrowUp" && this.#field.value === "" && !this.#target.edited) return this.#editLast(event);
    // On touch screens Enter starts a new line and the button sends.
    const sends = event.key === "Enter" && !event.shiftKey && !event.altKey && !isComposing(event) && !matchMedia("(pointer: coarse)").matches;
    if (!sends) return;
    event.preventDefault();
    if (!event.repeat) this.#form.requestSubmit();
  }

  /** @param {KeyboardEvent} event */
  #editLast(event) {
    const last = this.#chat.log.entries.findLast(({ own, deleted, text: words }) => own && !deleted && words !== "");
    if (!last) return;
    event.preventDefault();
    this.#target.edit(last);
  }
}
