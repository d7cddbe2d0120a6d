/** The ways to select files: two inputs, drop and paste. */

import { Emitter } from "../../lib/emitter.js";
import { fromFolderPicker, fromInput, fromPicker, fromTransfer, picksFolders, picksHandles } from "./chosen-files.js";
import { byId } from "../lib/page.js";

/** @import { Selection } from "../../files/send/selection.js" */

/**
 * @typedef {object} FilePickerEvents
 * @property {{coming: Promise<Selection>}} chosen folders take a while to be read; empty: the person cancelled
 * @property {void} empty the browser gave no file of a folder: there is none in it, or the person cancelled
 */

/** @extends {Emitter<FilePickerEvents>} */
export class FilePicker extends Emitter {
  #files = byId("files-input", HTMLInputElement);
  #folder = byId("folder-input", HTMLInputElement);
  #overlay = byId("drop-overlay", HTMLElement);

  /** @param {AbortSignal} signal */
  constructor(signal) {
    super();
    this.#files.addEventListener("change", () => this.#emitChosen(fromInput(this.#files)), { signal });
    this.#folder.addEventListener("change", () => this.#takeFolder(), { signal });
    this.#folder.addEventListener("cancel", () => this.#takeFolder(), { signal });
    this.#listenForDrops(signal);
    signal.addEventListener("abort", () => (this.#overlay.hidden = true));
  }

  chooseFiles() {
    if (picksHandles()) this.#emitChosen(fromPicker());
    else this.#files.click();
  }

  chooseFolder() {
    if (picksFolders()) this.#emitChosen(fromFolderPicker());
    else this.#folder.click();
  }

  #takeFolder() {
    if (this.#folder.files?.length) this.#emitChosen(fromInput(this.#folder));
    else this.emit("empty");
  }

  /** Also listens for pasted files, anywhere on the page. @param {AbortSignal} signal */
  #listenForDrops(signal) {
    const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") === true;
    document.addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.#overlay.hidden = false;
    }, { signal });
    document.addEventListener("dragleave", (event) => event.relatedTarget === null && (this.#overlay.hidden = true), { signal });
    document.addEventListener("drop", (event) => {
      this.#overlay.hidden = true;
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.#emitChosen(fromTransfer(/** @type {DataTransfer} */ (event.dataTransfer)));
    }, { signal });
    document.addEventListener("paste", ({ target, clipboardData }) => {
      if (clipboardData === null || clipboardData.files.length === 0) return;
      // A field takes the text, which some programs put beside a picture of it.
      const isField = target instanceof Element && target.closest("input, textarea, [contenteditable]") !== null;
      if (!isField || !clipboardData.types.includes("text/plain")) this.#emitChosen(fromTransfer(clipboardData));
    }, { signal });
  }

  /** @param {Selection | Promise<Selection>} selection */
  #emitChosen(selection) {
    this.emit("chosen", { coming: Promise.resolve(selection) });
  }
}
