/**
 * Everything by which files get onto the page: two inputs, dropping, pasting.
 *
 * @module
 */

import { fromInput, fromPicker, fromTransfer, picksHandles } from "./chosen-files.js";
import { byId } from "../lib/page.js";

/** @typedef {import("../../files/protocol/metadata.js").Chosen} Chosen */

/** Events, `CustomEvent`: `chosen` {chosen}: at least one file; `unreadable` {}: something that is none. */
export class FilePicker extends EventTarget {
  #files = byId("files-input", HTMLInputElement);
  #folder = byId("folder-input", HTMLInputElement);
  #veil = byId("dropveil", HTMLElement);

  /** @param {AbortSignal} signal ends it */
  constructor(signal) {
    super();
    for (const input of [this.#files, this.#folder]) input.addEventListener("change", () => this.#chosen(fromInput(input)), { signal });
    this.#drops(signal);
    signal.addEventListener("abort", () => (this.#veil.hidden = true));
  }

  /** Asks for files. */
  choose() {
    if (picksHandles()) void this.#take(fromPicker());
    else this.#files.click();
  }

  /** Asks for a folder. */
  chooseFolder() {
    this.#folder.click();
  }

  /**
   * Anywhere on the page: what is dropped or pasted is chosen.
   *
   * @param {AbortSignal} signal
   */
  #drops(signal) {
    const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") === true;
    const on = (/** @type {string} */ type, /** @type {(event: any) => void} */ act) => document.addEventListener(type, act, { signal });
    on("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.#veil.hidden = false;
    });
    on("dragleave", (event) => event.relatedTarget === null && (this.#veil.hidden = true));
    on("drop", (event) => {
      this.#veil.hidden = true;
      if (!hasFiles(event)) return;
      event.preventDefault();
      void this.#take(fromTransfer(event.dataTransfer));
    });
    on("paste", (event) => {
      if (event.target instanceof Element && event.target.closest("input, textarea, [contenteditable]")) return;
      if (event.clipboardData?.files.length > 0) void this.#take(fromTransfer(event.clipboardData));
    });
  }

  /** @param {Promise<Chosen[]>} coming */
  async #take(coming) {
    try {
      this.#chosen(await coming);
    } catch {
      this.dispatchEvent(new CustomEvent("unreadable"));
    }
  }

  /** @param {Chosen[]} chosen */
  #chosen(chosen) {
    if (chosen.length > 0) this.dispatchEvent(new CustomEvent("chosen", { detail: { chosen } }));
  }
}
