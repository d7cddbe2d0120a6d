/** What the person does while the features of a call are being loaded: it is kept, and repeated when they are there. */

import { Emitter } from "../../lib/emitter.js";
import { isComposing } from "../../lib/keyboard.js";

/** @typedef {object} EarlyInputEvents @property {void} kept the person wants something that is not there yet */

/** What only the features listen to. */
const LATER = "#chat, #files, #raise-hand, #report-room, [data-everyone], [data-host], [data-reaction], [data-rename]";
/** Inside of these, but there from the beginning. */
const THERE = "[data-panel]";

/** @extends {Emitter<EarlyInputEvents>} */
export class EarlyInput extends Emitter {
  /** In the order in which they came. @type {(() => void)[]} */
  #kept = [];
  /** @type {Set<Element>} */
  #pressed = new Set();
  #life = new AbortController();

  /** @param {AbortSignal} signal ends with the call */
  constructor(signal) {
    super();
    const on = { signal: AbortSignal.any([signal, this.#life.signal]), capture: true };
    addEventListener("click", (event) => this.#onClick(event), on);
    addEventListener("keydown", (event) => this.#onKey(event), on);
    addEventListener("dragover", (event) => hasFiles(event.dataTransfer) && event.preventDefault(), on);
    addEventListener("drop", (event) => this.#onData(event, "dataTransfer", event.dataTransfer), on);
    addEventListener("change", (event) => this.#onChange(event), on);
    addEventListener("paste", (event) => this.#onData(event, "clipboardData", event.clipboardData), on);
  }

  /** Ends the keeping. */
  repeat() {
    this.#life.abort();
    for (const act of this.#kept) act();
  }

  /** @param {Event} event @param {() => void} act */
  #keep(event, act) {
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#kept.push(act);
    this.emit("kept");
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const control = event.target instanceof Element ? event.target.closest("button") : null;
    if (!control?.closest(LATER) || control.matches(THERE)) return;
    // Out of impatience; a second press of a switch turns it back.
    const isAgain = this.#pressed.has(control) && control.ariaPressed === null;
    this.#pressed.add(control);
    this.#keep(event, () => !isAgain && control.isConnected && control.click());
  }

  /** As `Composer` does. @param {KeyboardEvent} event */
  #onKey(event) {
    const { key, shiftKey, altKey, target } = event;
    if (key !== "Enter" || shiftKey || altKey || isComposing(event) || matchMedia("(pointer: coarse)").matches) return;
    if (target instanceof HTMLTextAreaElement && target.id === "chat-text") this.#keep(event, () => target.form?.requestSubmit());
  }

  /** Files that were chosen. @param {Event} event */
  #onChange(event) {
    const { target } = event;
    if (!(target instanceof HTMLInputElement) || target.type !== "file" || !target.closest(LATER)) return;
    this.#keep(event, () => target.dispatchEvent(new Event("change", { bubbles: true })));
  }

  /** Files, dropped or pasted. A text that is pasted goes into its field by itself. @param {Event} event @param {"dataTransfer" | "clipboardData"} name @param {DataTransfer | null} data */
  #onData(event, name, data) {
    if (data === null || !hasFiles(data)) return;
    const { type, target } = event;
    const kept = copyOf(data);
    if (type === "paste" && kept.getData("text/plain") !== "" && target instanceof Element && target.closest("input, textarea")) return;
    this.#keep(event, () => {
      const again = new Event(type, { bubbles: true, cancelable: true });
      Object.defineProperty(again, name, { value: kept });
      (target instanceof Node && target.isConnected ? target : document.body).dispatchEvent(again);
    });
  }
}

/** @param {DataTransfer | null} data */
function hasFiles(data) {
  return data?.types.includes("Files") === true;
}

/** A `DataTransfer` can be read only during its event. @param {DataTransfer} data */
function copyOf(data) {
  const [words, files, types] = [data.getData("text/plain"), [...data.files], [...data.types]];
  const items = [...data.items].map((item) => {
    const [{ kind }, file, entry] = [item, item.getAsFile(), item.webkitGetAsEntry?.() ?? null];
    const handle = entry?.isFile ? /** @type {any} */ (item).getAsFileSystemHandle?.() : undefined;
    return { kind, getAsFile: () => file, webkitGetAsEntry: () => entry, getAsFileSystemHandle: async () => (await handle) ?? null };
  });
  return { types, files, items, getData: (/** @type {string} */ type) => (type === "text/plain" ? words : "") };
}
