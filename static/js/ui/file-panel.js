/**
 * The file panel: choosing what to send and to whom, and the list of transfers.
 *
 * @module
 */

import { LIMITS } from "../files/messages.js";
import { store } from "../files/store.js";
import { MEMORY_LIMIT } from "../files/sinks.js";
import { safeName } from "../files/safe-name.js";
import { fromInput, fromTransfer } from "./chosen-files.js";
import { sizeWord, whatWord } from "./file-words.js";
import { byId, find, text } from "./page-data.js";
import { chooseDestination, saveAll } from "./save-files.js";
import { showSidePanel } from "./side-panel.js";
import { clearToasts, toast } from "./toasts.js";
import { TransferItem } from "./transfer-item.js";

/** @typedef {import("../files/exchange.js").FileExchange} FileExchange */
/** @typedef {import("../files/heads.js").Chosen} Chosen */
/** @typedef {import("../files/transfer.js").Transfer} Transfer */
/** @typedef {import("../pages/call-session.js").CallSession} CallSession */
/** @typedef {import("./transfer-item.js").Act} Act */

const EVERYBODY = "*";
const TICK_MS = 1_000;

export class FilePanel {
  #panel = byId("files", HTMLElement);
  #list = byId("files-list", HTMLElement);
  #form = byId("files-send", HTMLFormElement);
  #to = byId("files-to", HTMLSelectElement);
  #veil = byId("dropveil", HTMLElement);
  #session;
  #exchange;
  #locked;
  /** @type {Map<Transfer, TransferItem>} */
  #items = new Map();
  /** Names of those with whom there are transfers; they may leave. @type {Map<string, string>} */
  #names = new Map();
  /** @type {Chosen[]} */
  #chosen = [];
  /** @type {{bytes: number, elsewhere: boolean} | undefined} */
  #room;
  #life = new AbortController();

  /**
   * @param {CallSession} session
   * @param {FileExchange} exchange
   * @param {{locked: boolean}} options locked: the room has a key
   */
  constructor(session, exchange, { locked }) {
    this.#session = session;
    this.#exchange = exchange;
    this.#locked = locked;
    this.#list.replaceChildren();
    this.#listen();
    this.#drops();
    this.#showPeople();
    void this.#measureRoom();
    const timer = setInterval(() => this.#tick(), TICK_MS);
    this.#life.signal.addEventListener("abort", () => clearInterval(timer));
  }

  /** Opens or closes the panel. */
  toggle() {
    showSidePanel("files", this.#panel.hidden);
    if (this.#panel.hidden) return;
    // What they say stands in the panel, which they would cover on a phone.
    clearToasts();
    byId("files-title", HTMLElement).focus();
  }

  /** Takes everything down; what is on its way stops. */
  close() {
    this.#life.abort();
    this.#exchange.close();
    this.#veil.hidden = true;
    this.#forget();
    showSidePanel("files", false);
  }

  #listen() {
    const { signal } = this.#life;
    /** @type {(target: EventTarget, type: string, act: (detail: any) => void) => void} */
    const on = (target, type, act) =>
      target.addEventListener(type, (event) => act(/** @type {CustomEvent} */ (event).detail), { signal });
    on(this.#exchange, "added", ({ transfer }) => this.#added(transfer));
    on(this.#exchange, "removed", ({ transfer }) => this.#removed(transfer));
    on(this.#exchange, "wanted", (detail) => this.#wanted(detail));
    on(this.#exchange, "refused", ({ pid }) => this.#say(text("files.news.refused", { name: this.#nameOf(pid) })));
    for (const type of ["person-added", "person-changed", "person-removed"]) on(this.#session, type, () => this.#showPeople());
    const [files, folder] = [byId("files-input", HTMLInputElement), byId("folder-input", HTMLInputElement)];
    const acts = { toggle: () => this.toggle(), close: () => this.toggle(), choose: () => files.click(), "choose-folder": () => folder.click(), forget: () => this.#forget() };
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-files]"))) {
      button.addEventListener("click", acts[/** @type {keyof typeof acts} */ (button.dataset.files)], { signal });
    }
    for (const input of [files, folder]) input.addEventListener("change", () => this.#choose(fromInput(input)), { signal });
    this.#form.addEventListener("submit", (event) => void this.#send(event), { signal });
    this.#to.addEventListener("change", () => this.#showTrust(), { signal });
  }

  /** Anywhere on the page: what is dropped or pasted is chosen. */
  #drops() {
    const { signal } = this.#life;
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
      void this.#take(event.dataTransfer);
    });
    on("paste", (event) => {
      if (event.target instanceof Element && event.target.closest("input, textarea, [contenteditable]")) return;
      if (event.clipboardData?.files.length > 0) void this.#take(event.clipboardData);
    });
  }

  /** @param {DataTransfer} data */
  async #take(data) {
    try {
      this.#choose(await fromTransfer(data));
    } catch {
      this.#say(text("files.news.unreadable"));
    }
  }

  /** @param {Chosen[]} chosen */
  #choose(chosen) {
    if (chosen.length === 0) return;
    if (chosen.length > LIMITS.filesOffered) return this.#say(text("files.news.too-many", { count: LIMITS.filesOffered }));
    this.#chosen = chosen;
    showSidePanel("files", true);
    this.#showPeople();
    const size = sizeWord(chosen.reduce((sum, { file }) => sum + file.size, 0));
    const what = chosen.length === 1 ? text("files.what.one", { name: safeName(chosen[0].file.name), size }) : text("files.what.many", { count: chosen.length, size });
    byId("files-what", HTMLElement).textContent = what;
    this.#form.hidden = false;
    find(this.#form, "button[type=submit]", HTMLButtonElement).focus();
  }

  #forget() {
    this.#chosen = [];
    this.#form.hidden = true;
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    event.preventDefault();
    const [chosen, to] = [this.#chosen, this.#to.value];
    const pids = to === EVERYBODY ? this.#others.map(({ pid }) => pid) : [to];
    if (chosen.length === 0 || to === "") return;
    this.#forget();
    byId("files-wanted", HTMLElement).hidden = true;
    try {
      for (const pid of pids) await this.#exchange.offer(pid, chosen);
    } catch {
      this.#say(text("files.news.unreadable"));
    }
  }

  /** Those to whom a connection stands. */
  get #others() {
    return [...this.#session.people.values()].filter(({ state }) => state === "connected" || state === "interrupted");
  }

  #showPeople() {
    const others = this.#others;
    const before = this.#to.value;
    const options = others.map(({ pid, name }) => new Option(name, pid));
    if (others.length > 1) options.unshift(new Option(text("files.everybody", { count: others.length }), EVERYBODY));
    if (others.length === 0) options.push(new Option(text("files.nobody"), ""));
    if (JSON.stringify(options.map(said)) !== JSON.stringify([...this.#to.options].map(said))) this.#to.replaceChildren(...options);
    if (options.some(({ value }) => value === before)) this.#to.value = before;
    find(this.#form, "button[type=submit]", HTMLButtonElement).disabled = others.length === 0;
    this.#showTrust();
    for (const item of this.#items.values()) this.#show(item);
  }

  #showTrust() {
    const pid = this.#to.value;
    byId("files-trust", HTMLElement).textContent = pid === "" ? "" : text(`files.trust.${this.#trustOf(pid)}.text`);
  }

  /** @param {string} pid a peer, or everybody */
  #trustOf(pid) {
    const person = /** @type {{verified?: boolean} | undefined} */ (this.#session.people.get(pid));
    if (person?.verified === true) return "verified";
    return this.#locked ? "locked" : "server";
  }

  /** @param {string} pid */
  #nameOf(pid) {
    const name = this.#session.people.get(pid)?.name;
    if (name !== undefined) this.#names.set(pid, name);
    return this.#names.get(pid) ?? text("files.gone");
  }

  /** @param {Transfer} transfer */
  #who({ pid }) {
    return { name: this.#nameOf(pid), trust: this.#trustOf(pid) };
  }

  /** @param {Transfer} transfer */
  #added(transfer) {
    const item = new TransferItem(transfer, this.#who(transfer));
    this.#items.set(transfer, item);
    this.#list.prepend(item.root);
    const { signal } = this.#life;
    transfer.addEventListener("changed", () => this.#show(item), { signal });
    transfer.addEventListener("state", () => this.#news(transfer), { signal });
    item.addEventListener("act", (event) => void this.#act(item, /** @type {CustomEvent} */ (event).detail.act));
    this.#show(item);
    if (transfer.direction === "out") return;
    void this.#measureRoom();
    this.#say(text("files.news.offered", { name: this.#nameOf(transfer.pid), what: whatWord(transfer) }));
  }

  /** @param {Transfer} transfer */
  #removed(transfer) {
    this.#items.get(transfer)?.root.remove();
    this.#items.delete(transfer);
    this.#count();
  }

  /** @param {TransferItem} item */
  #show(item) {
    item.show(this.#who(item.transfer), this.#room);
    this.#count();
  }

  /** The button says how many offers wait for an answer. */
  #count() {
    const waiting = [...this.#items.keys()].filter(({ direction, state }) => direction === "in" && state === "offered").length;
    const badge = byId("files-count", HTMLElement);
    badge.hidden = waiting === 0;
    badge.textContent = waiting === 0 ? "" : String(waiting);
  }

  /** @param {Transfer} transfer */
  #news(transfer) {
    const { state, direction, pid } = transfer;
    const values = { name: this.#nameOf(pid), what: whatWord(transfer) };
    if (state === "done") this.#say(text(`files.news.done.${direction}`, values));
    if (state === "failed") this.#say(text("files.news.failed", values));
  }

  /**
   * Says something where it covers nothing: aloud when the panel is open and shows it, in a toast when it is not.
   *
   * @param {string} words
   */
  #say(words) {
    if (this.#panel.hidden) toast(words);
    else byId("files-news", HTMLElement).textContent = words;
  }

  /**
   * @param {TransferItem} item
   * @param {Act} act
   */
  async #act(item, act) {
    const { transfer } = item;
    if (act === "accept") return this.#exchange.accept(transfer, { kind: "store" });
    if (act === "save-to") {
      const destination = await chooseDestination(transfer);
      return destination ? this.#exchange.accept(transfer, destination) : undefined;
    }
    if (act === "remove") return this.#exchange.remove(transfer);
    if (act === "save") {
      await saveAll(transfer);
      item.saved();
      return this.#show(item);
    }
    this.#exchange.act(transfer, act);
  }

  #tick() {
    for (const item of this.#items.values()) {
      if (!item.transfer.isRunning) continue;
      item.tick();
      this.#show(item);
    }
  }

  async #measureRoom() {
    const stored = (await store.works()) ? await store.room() : MEMORY_LIMIT;
    this.#room = { bytes: Math.max(stored, MEMORY_LIMIT), elsewhere: "showSaveFilePicker" in globalThis };
    for (const item of this.#items.values()) this.#show(item);
  }

  /** @param {{pid: string, count: number, name: string}} detail */
  #wanted({ pid, count, name: file }) {
    const note = byId("files-wanted", HTMLElement);
    note.textContent = text(count === 1 ? "files.wanted.one" : "files.wanted.many", { name: this.#nameOf(pid), count, file });
    note.hidden = false;
    showSidePanel("files", true);
  }
}

/** @param {HTMLOptionElement} option */
function said({ value, text: words }) {
  return [value, words];
}
