/** One received transfer that is not saved yet, in a list: who sent it, the files, until when they are kept, and what one can do. */

import { safeName, splitName } from "../../files/protocol/safe-name.js";
import { received } from "../../files/received/received-files.js";
import { Emitter } from "../../lib/emitter.js";
import { formatMoment, formatRecent, formatSize, formatUntil } from "../lib/formats.js";
import { find, fromTemplate, text } from "../lib/page.js";
import { saveEntries, saveEntriesTo } from "../files/save-files.js";
import { showTrustTone } from "../people/trust.js";

/** @import { ListedFile, ListedTransfer } from "../../files/received/received-files.js" */
/** @import { SavedEntry } from "../../files/save/read-ahead.js" */
/** @import { Outcome } from "../../files/save/save.js" */
/** @typedef {"save" | "save-to" | "stop-saving" | "save-again" | "remove"} ReceivedAction */

const MAX_LISTED = 200;

/**
 * @typedef {object} ReceivedItemEvents
 * @property {void} changed it is being saved, or is no longer
 * @property {void} dismissed the person removes it from the list
 * @property {{saved: "yes" | "removed"}} settled the person has saved or removed its files
 */

/** @extends {Emitter<ReceivedItemEvents>} */
export class ReceivedItem extends Emitter {
  root;
  #listed;
  /** @type {{moved: number, abort: AbortController} | null} */
  #saving = null;
  #saved = false;
  /** Where the person saved them, if they chose the place. */
  #place = "";

  /** @param {ListedTransfer} listed */
  constructor(listed) {
    super();
    this.#listed = listed;
    this.root = find(fromTemplate("received-template"), ".received", HTMLElement);
    for (const button of this.#buttons) {
      button.addEventListener("click", () => void this.#act(/** @type {ReceivedAction} */ (button.dataset.receivedAction)));
    }
    this.#showWhat();
    this.update(listed);
  }

  get id() {
    return this.#listed.transfer.id;
  }

  /** The sender's id of the transfer, and the sender's `member`. */
  get origin() {
    const { offer, member } = this.#listed.transfer;
    return { offer, member };
  }

  get saving() {
    return this.#saving !== null;
  }

  /** Saved or removed from the store: the entry only says so. */
  get isSaved() {
    return this.#saved;
  }

  /** Whether complete files are here that no one has saved. */
  get isUnsaved() {
    return !this.#saved && this.#whole.some(({ state }) => state === "whole");
  }

  /** Whether the person wants to keep it when they leave the room. */
  get isKept() {
    return this.#listed.transfer.kept;
  }

  /** Whether its files are lost with this tab. */
  get isInMemory() {
    return this.#listed.inMemory && this.isUnsaved;
  }

  get count() {
    return this.#listed.files.length;
  }

  get bytes() {
    return this.#saved ? 0 : sum(this.#listed.files, ({ bytes }) => bytes);
  }

  /** Bytes of its complete files. */
  get wholeBytes() {
    return sum(this.#whole, ({ size }) => size);
  }

  /** Opens the complete files. @returns {Promise<{keys: string[], entries: SavedEntry[]}>} those that are still here */
  async open() {
    const opened = await Promise.all(this.#whole.map(async (file) => {
      const { key, name, path, modified, folder } = file;
      const blob = await received.open(file).catch(() => undefined);
      return blob === undefined ? [] : [{ key, entry: { name, path, modified, folder, blob } }];
    }));
    const files = opened.flat();
    return { keys: files.map(({ key }) => key), entries: files.map(({ entry }) => entry) };
  }

  /** Saves the complete files. @returns {Promise<boolean>} whether they are saved, as far as the browser says */
  async save() {
    return saveItems([this], this.sender);
  }

  /** @param {AbortController} abort */
  startSaving(abort) {
    this.#saving = { moved: 0, abort };
    this.#show();
  }

  /** @param {number} moved bytes */
  showSaving(moved) {
    if (this.#saving) this.#saving.moved = moved;
    this.#showState();
  }

  /** @param {Outcome} outcome @param {string[]} keys of the files in question @param {string} place where, if the person chose it */
  async endSaving(outcome, keys, place) {
    this.#saving = null;
    this.#place = place;
    // When the browser is still saving them, or a part is still missing, the entry stays.
    this.#saved = outcome === "saved" && this.#listed.files.every(({ key }) => keys.includes(key));
    if (outcome) await received.markSaved(this.id, outcome === "saved", keys);
    if (this.#saved) this.emit("settled", { saved: "yes" });
    this.#show();
  }

  get sender() {
    return this.#listed.transfer.sender || text("received.nameless");
  }

  /** A folder for its files among those of other transfers. */
  get folder() {
    const time = formatMoment(this.#listed.transfer.at).replaceAll(":", ".");
    return safeName(text("received.folder", { name: this.sender, time }));
  }

  /** @param {ListedTransfer} listed */
  update(listed) {
    this.#listed = listed;
    this.#show();
  }

  get hasWhole() {
    return this.#whole.length > 0;
  }

  get #whole() {
    return this.#listed.files.filter(({ state, gone }) => state !== "partial" && !gone);
  }

  get #buttons() {
    return /** @type {NodeListOf<HTMLButtonElement>} */ (this.root.querySelectorAll("[data-received-action]"));
  }

  /** @param {ReceivedAction} action */
  async #act(action) {
    if (action === "stop-saving") return this.#saving?.abort.abort();
    if (action === "save-to") return void (await saveItems([this], this.sender, true));
    if (action !== "remove") return void (await this.save());
    if (!this.#saved) {
      await received.remove(this.id);
      this.emit("settled", { saved: "removed" });
    }
    this.emit("dismissed");
  }

  #show() {
    const { trust } = this.#listed.transfer;
    find(this.root, ".transfer__name", HTMLElement).textContent = text("received.from", { name: this.sender });
    const badge = find(this.root, ".transfer__trust", HTMLElement);
    badge.hidden = trust === "";
    badge.textContent = trust === "" ? "" : text(`trust.${trust}`);
    showTrustTone(badge, trust);
    this.#showState();
    const actions = this.#actions;
    for (const button of this.#buttons) button.hidden = !actions.includes(/** @type {ReceivedAction} */ (button.dataset.receivedAction));
    this.emit("changed");
  }

  #showState() {
    const progress = find(this.root, ".transfer__progress", HTMLProgressElement);
    const { files } = this.#listed;
    const isPartial = !this.#saved && files.some(({ state }) => state === "partial");
    progress.hidden = !this.#saving && !isPartial;
    progress.max = Math.max(1, sum(this.#saving ? this.#whole : files, ({ size }) => size));
    progress.value = this.#saving ? this.#saving.moved : sum(files, ({ bytes }) => bytes);
    const line = find(this.root, ".transfer__state", HTMLElement);
    const state = this.#stateText();
    if (line.textContent !== state) line.textContent = state;
  }

  #stateText() {
    const { transfer, files, running, inMemory } = this.#listed;
    const size = formatSize(sum(files, (one) => one.size));
    if (this.#saving) return text("received.state.saving", { moved: formatSize(this.#saving.moved), size: formatSize(this.wholeBytes) });
    if (this.#saved) return text(this.#place ? "received.state.saved-in" : "received.state.saved", { size, where: this.#place });
    const values = { size, count: files.length, name: this.sender, when: formatRecent(new Date(transfer.at)) };
    if (inMemory) return text("received.state.memory", values);
    const gone = files.filter((one) => one.gone).length;
    if (gone > 0) return text(gone === files.length ? "received.state.gone" : "received.state.gone-some", { ...values, gone });
    if (files.every(({ state }) => state === "handed")) return text("received.state.handed", values);
    const until = formatUntil(Math.min(...files.map((one) => one.until)));
    if (files.every(({ state }) => state !== "partial")) return text("received.state.whole", { ...values, until });
    const moved = formatSize(sum(files, ({ bytes }) => bytes));
    const whole = this.#whole.length;
    if (running) return text("received.state.running", { ...values, moved });
    return text(whole > 0 ? "received.state.some" : "received.state.partial", { ...values, moved, until, whole });
  }

  /** @returns {ReceivedAction[]} */
  get #actions() {
    if (this.#saving) return ["stop-saving"];
    /** @type {ReceivedAction[]} */
    const save = this.#saved || !this.hasWhole ? [] : [this.isUnsaved ? "save" : "save-again"];
    if (save.length > 0 && "showDirectoryPicker" in globalThis) save.push("save-to");
    // What another tab is receiving is cancelled there.
    return this.#listed.running ? save : [...save, "remove"];
  }

  #showWhat() {
    const { files } = this.#listed;
    const stem = find(this.root, ".transfer__stem", HTMLElement);
    if (files.length === 1) {
      const [{ name, folder }] = files;
      const split = folder ? { stem: text("files.what.folder", { name }), extension: "" } : splitName(name);
      stem.textContent = split.stem;
      find(this.root, ".transfer__extension", HTMLElement).textContent = split.extension.toUpperCase();
      return;
    }
    stem.textContent = text("files.what.many", { count: files.length, size: formatSize(sum(files, ({ size }) => size)) });
    const more = find(this.root, ".transfer__more", HTMLDetailsElement);
    more.hidden = false;
    find(more, "summary", HTMLElement).textContent = text("files.list");
    find(more, ".transfer__files", HTMLElement).replaceChildren(...files.slice(0, MAX_LISTED).map(fileLine));
  }
}

/**
 * Saves the complete files of items: of one as they are, of several with a folder for each.
 * @param {ReceivedItem[]} items @param {string} name where they come from, for the name of an archive
 * @param {boolean} [choose] where, instead of in the downloads @returns {Promise<boolean>} whether they are saved, as far as the browser says
 */
export async function saveItems(items, name, choose = false) {
  const ready = items.filter((item) => !item.saving && item.hasWhole);
  if (ready.length === 0) return false;
  const abort = new AbortController();
  for (const item of ready) item.startSaving(abort);
  /** @type {{keys: string[], entries: SavedEntry[]}[]} */
  let opened = [];
  const open = async () => {
    opened = await Promise.all(ready.map((item) => item.open()));
    if (opened.length === 1) return opened[0].entries;
    const folders = uniqueNames(ready.map(({ folder }) => folder));
    return opened.flatMap(({ entries }, at) => entries.map((entry) => ({ ...entry, path: [folders[at], ...entry.path] })));
  };
  const onProgress = (/** @type {number} */ bytes) => {
    let left = bytes;
    for (const item of ready) {
      item.showSaving(Math.min(left, item.wholeBytes));
      left = Math.max(0, left - item.wholeBytes);
    }
  };
  const options = { signal: abort.signal, onProgress };
  /** @type {Outcome} */
  let outcome = null;
  let place = "";
  try {
    if (choose) {
      const where = await saveEntriesTo(open, options);
      outcome = where === null ? null : "saved";
      place = where ?? "";
    } else outcome = await saveEntries(await open(), name, options);
  } finally {
    for (const [at, item] of ready.entries()) await item.endSaving(outcome, opened[at]?.keys ?? [], place);
  }
  return outcome !== null;
}

/** Makes names of folders differ, also where a disk ignores case. @param {string[]} names @returns {string[]} */
export function uniqueNames(names) {
  const taken = new Set();
  return names.map((name) => {
    let unique = name;
    for (let count = 2; taken.has(unique.toLowerCase()); count += 1) unique = `${name} (${count})`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}

/** @param {ListedFile} file */
function fileLine({ name, path, size, folder }) {
  const line = document.createElement("li");
  line.textContent = `${[...path, name].join(" / ")} · ${folder ? text("files.folder") : formatSize(size)}`;
  return line;
}

/** @template T @param {T[]} list @param {(one: T) => number} value */
function sum(list, value) {
  return list.reduce((total, one) => total + value(one), 0);
}
