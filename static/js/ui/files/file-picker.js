/** The ways to select files: two inputs, drop and paste. */

import { Emitter } from "../../lib/emitter.js";
import { fromFolderPicker, fromInput, fromPicker, fromTransfer, picksFolders, picksHandles } from "./chosen-files.js";
import { isField, pastedText, textFile } from "./pasted.js";
import { sidePanels } from "../call/side-panel.js";
import { byId } from "../lib/page.js";

/** @import { Selection } from "../../files/send/selection.js" */

/**
 * @typedef {object} FilePickerEvents
 * @property {{coming: Promise<Selection>}} chosen folders take a while to be read; empty: the person cancelled
 * @property {void} empty the browser gave no file of a folder: there is none in it, or the person cancelled
 * @property {{kind: "text" | "files", add: () => void}} beside what else was on the clipboard and was not taken
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
      if (!hasFiles(event) || event.defaultPrevented) return;
      event.preventDefault();
      this.#emitChosen(fromTransfer(/** @type {DataTransfer} */ (event.dataTransfer)));
    }, { signal });
    document.addEventListener("paste", (event) => this.#onPaste(event), { signal });
  }

  /** Office programs put a text beside a picture of it: a field takes the text, elsewhere the files count. @param {ClipboardEvent} event */
  #onPaste({ target, clipboardData: data, defaultPrevented }) {
    if (data === null || defaultPrevented) return;
    const words = pastedText(data);
    const takesText = isField(target);
    const asFile = () => this.#emitChosen({ chosen: [{ file: textFile(words, "clipboard"), path: [] }], left: [] });
    if (data.files.length > 0) {
      const files = fromTransfer(data);
      if (takesText && words !== "") return this.emit("beside", { kind: "files", add: () => this.#emitChosen(files) });
      this.#emitChosen(files);
      if (words !== "") this.emit("beside", { kind: "text", add: asFile });
    } else if (!takesText && words.trim() !== "" && sidePanels.isOpen("files")) asFile();
  }

  /** @param {Selection | Promise<Selection>} selection */
  #emitChosen(selection) {
    this.emit("chosen", { coming: Promise.resolve(selection) });
  }
}
