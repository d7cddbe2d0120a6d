/** What gets into the chat by paste, drop and its *Picture* button. Files that are no pictures go to the file form. */

import { fromInput, fromTransfer } from "../files/chosen-files.js";
import { isField, pastedText } from "../files/pasted.js";
import { Emitter } from "../../lib/emitter.js";
import { sidePanels } from "../call/side-panel.js";
import { byId, text } from "../lib/page.js";

/** @import { Selection } from "../../files/send/selection.js" */
/** @import { PictureDraft } from "./picture-draft.js" */

/**
 * @typedef {object} ChatInputEvents
 * @property {{others: Selection, why: string}} others files that the draft did not take, and a sentence for the person
 * @property {{add: () => void}} beside a picture came together with a text, which was taken
 * @property {void} added pictures were added
 */

/** @extends {Emitter<ChatInputEvents>} */
export class ChatInput extends Emitter {
  #panel = byId("chat", HTMLElement);
  #field = byId("chat-text", HTMLTextAreaElement);
  #overlay = byId("drop-overlay", HTMLElement);
  #pictures = byId("chat-pictures-input", HTMLInputElement);
  #draft;

  /** @param {PictureDraft} draft @param {AbortSignal} signal */
  constructor(draft, signal) {
    super();
    this.#draft = draft;
    byId("chat-add-picture", HTMLButtonElement).addEventListener("click", () => this.#pictures.click(), { signal });
    this.#pictures.addEventListener("change", () => void this.#take(fromInput(this.#pictures)), { signal });
    // Before the file panel, which takes files anywhere on the page.
    document.addEventListener("paste", (event) => this.#onPaste(event), { signal, capture: true });
    document.addEventListener("drop", (event) => this.#onDrop(event), { signal, capture: true });
    document.addEventListener("dragover", ({ target }) => (this.#overlay.dataset.over = this.#isInside(target) ? "chat" : "page"), { signal });
  }

  /** @param {ClipboardEvent} event */
  #onPaste(event) {
    const { clipboardData: data, target } = event;
    if (data === null || !this.#isFor(target)) return;
    const words = pastedText(data);
    if (words.trim() === "" && data.files.length === 0) return;
    const files = fromTransfer(data);
    if (words === "") {
      event.preventDefault();
      return void this.#take(files);
    }
    if (isField(target)) event.stopPropagation();
    else this.#insert(words, event);
    if (data.files.length > 0) void this.#offer(files);
  }

  /** @param {DragEvent} event */
  #onDrop(event) {
    const { dataTransfer: data, target } = event;
    if (!data?.types.includes("Files") || !this.#isInside(target)) return;
    event.preventDefault();
    void this.#take(fromTransfer(data));
  }

  /** What is open takes a paste, unless another field or a dialog does. @param {EventTarget | null} target */
  #isFor(target) {
    return this.#isInside(target) || (sidePanels.isOpen("chat") && !isField(target) && document.querySelector("dialog[open]") === null);
  }

  /** @param {EventTarget | null} target */
  #isInside(target) {
    return target instanceof Node && this.#panel.contains(target);
  }

  /** @param {string} words @param {ClipboardEvent} event */
  #insert(words, event) {
    event.preventDefault();
    this.#field.focus();
    this.#field.setRangeText(words, this.#field.selectionStart, this.#field.selectionEnd, "end");
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** @param {Selection | Promise<Selection>} coming */
  async #take(coming) {
    const before = this.#draft.chosen.length;
    const { chosen, left } = await coming;
    const others = await this.#draft.add(chosen);
    const count = this.#draft.chosen.length;
    if (count > before) this.emit("added");
    const why = count > 0 || others.some(({ file }) => file.type.startsWith("image/")) ? text("chat.picture.others") : "";
    if (others.length + left.length > 0) this.emit("others", { others: { chosen: others, left }, why });
    else if (chosen.length > 0) this.#field.focus();
  }

  /** @param {Promise<Selection>} coming with the text that was taken */
  async #offer(coming) {
    const selection = await coming;
    if (selection.chosen.length > 0) this.emit("beside", { add: () => void this.#take(selection) });
  }
}
