/** The ways to select files: two inputs, drop and paste. */

import { Emitter } from "../../lib/emitter.js";
import { fromInput, fromPicker, fromTransfer, picksHandles } from "./chosen-files.js";
import { byId } from "../lib/page.js";

/** @import { SelectedFile } from "../../files/protocol/metadata.js" */

/**
 * @typedef {object} FilePickerEvents
 * @property {{chosen: SelectedFile[]}} chosen at least one file
 * @property {void} unreadable the selection contains something other than files
 */

/** @extends {Emitter<FilePickerEvents>} */
export class FilePicker extends Emitter {
  #files = byId("files-input", HTMLInputElement);
  #folder = byId("folder-input", HTMLInputElement);
  #overlay = byId("drop-overlay", HTMLElement);

  /** @param {AbortSignal} signal */
  constructor(signal) {
    super();
    for (const input of [this.#files, this.#folder]) input.addEventListener("change", () => this.#emitChosen(fromInput(input)), { signal });
    this.#listenForDrops(signal);
    signal.addEventListener("abort", () => (this.#overlay.hidden = true));
  }

  chooseFiles() {
    if (picksHandles()) void this.#takeSelection(fromPicker());
    else this.#files.click();
  }

  chooseFolder() {
    this.#folder.click();
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
      void this.#takeSelection(fromTransfer(/** @type {DataTransfer} */ (event.dataTransfer)));
    }, { signal });
    document.addEventListener("paste", ({ target, clipboardData }) => {
      if (clipboardData === null || clipboardData.files.length === 0) return;
      // A field takes the text, which some programs put beside a picture of it.
      const isField = target instanceof Element && target.closest("input, textarea, [contenteditable]") !== null;
      if (!isField || !clipboardData.types.includes("text/plain")) void this.#takeSelection(fromTransfer(clipboardData));
    }, { signal });
  }

  /** @param {Promise<SelectedFile[]>} coming */
  async #takeSelection(coming) {
    try {
      this.#emitChosen(await coming);
    } catch {
      this.emit("unreadable");
    }
  }

  /** @param {SelectedFile[]} chosen */
  #emitChosen(chosen) {
    if (chosen.length > 0) this.emit("chosen", { chosen });
  }
}
