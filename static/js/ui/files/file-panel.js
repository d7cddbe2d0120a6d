/** The file panel: the list of transfers and the ways to start one. */

import { maxWithoutStore } from "../../files/receive/destination.js";
import { forgetShared, sharedFiles, sharingHere } from "../../files/share/share-target.js";
import { store } from "../../files/storage/store.js";
import { Emitter } from "../../lib/emitter.js";
import { FileForm } from "./file-form.js";
import { FilePicker } from "./file-picker.js";
import { ResumeRequests } from "./resume-requests.js";
import { formatFiles } from "./format.js";
import { say } from "../lib/announcer.js";
import { byId, text } from "../lib/page.js";
import { chooseDestination, saveItem } from "./save-files.js";
import { sidePanels } from "../call/side-panel.js";
import { clearToasts, toast } from "../lib/toasts.js";
import { TransferItem } from "./transfer-item.js";
import { trustOf } from "../people/trust.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { FileExchange } from "../../files/exchange.js" */
/** @import { SelectedFile } from "../../files/protocol/metadata.js" */
/** @import { Transfer } from "../../files/protocol/transfer.js" */
/** @import { Selection } from "../../files/send/selection.js" */
/** @import { TransferAction } from "./transfer-item.js" */
/** @import { FileDraft } from "./file-form.js" */

const TICK_MS = 1_000;

/**
 * @typedef {object} FilePanelEvents
 * @property {void} changed `atRisk`, perhaps
 */

/** @extends {Emitter<FilePanelEvents>} */
export class FilePanel extends Emitter {
  #panel = byId("files", HTMLElement);
  #list = byId("files-list", HTMLElement);
  #session;
  #exchange;
  #form;
  #picker;
  #resumeRequests;
  /** @type {Map<Transfer, TransferItem>} */
  #items = new Map();
  /** @type {Map<string, string>} by pid; kept when people leave */
  #names = new Map();
  /** @type {{bytes: number, elsewhere: boolean} | undefined} */
  #space;
  /** Offers whose only file goes to the browser's downloads as soon as it is here. @type {WeakSet<Transfer>} */
  #downloads = new WeakSet();
  /** @type {SelectedFile[] | null} from the share target */
  #shared = null;
  #life = new AbortController();

  /**
   * @param {CallSession} session @param {FileExchange} exchange @param {string} room slug
   * @param {{items: TransferItem[], draft: FileDraft}} kept of the call before
   */
  constructor(session, exchange, room, { items, draft }) {
    super();
    const { signal } = this.#life;
    this.#session = session;
    this.#exchange = exchange;
    this.#form = new FileForm(() => this.#reachable, draft, signal);
    this.#picker = new FilePicker(signal);
    this.#resumeRequests = new ResumeRequests(room, signal);
    this.#list.replaceChildren();
    for (const item of items.toReversed()) this.#addItem(item);
    this.#listen();
    void this.#measureSpace();
    const timer = setInterval(() => this.#tick(), TICK_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  /** Asks who receives the files from the share target. */
  async chooseShared() {
    const chosen = sharingHere() ? await sharedFiles() : [];
    if (chosen.length === 0 || this.#life.signal.aborted) return;
    this.#shared = chosen;
    this.chooseReceivers(chosen);
  }

  /** How many transfers leaving would stop, and how many have files that it would lose. */
  get atRisk() {
    const { items } = this;
    const running = items.filter(({ transfer }) => transfer.isRunning).length;
    return { running, unsaved: items.filter((item) => item.isUnsaved).length };
  }

  get items() {
    return [...this.#items.values()];
  }

  /** Also stops all transfers. */
  close() {
    this.#life.abort();
    this.#exchange.close();
  }

  #listen() {
    const { signal } = this.#life;
    this.#exchange.on("added", ({ transfer }) => this.#onAdded(transfer), { signal });
    this.#exchange.on("removed", ({ transfer }) => this.#onRemoved(transfer), { signal });
    this.#exchange.on("wanted", (detail) => this.#onWanted(detail), { signal });
    this.#exchange.on("refused", ({ pid }) => this.#announce(text("files.news.refused", { name: this.#nameOf(pid) })), { signal });
    this.#session.on("person-added", () => this.#showPeople(), { signal });
    this.#session.on("person-changed", () => this.#showPeople(), { signal });
    this.#session.on("person-removed", () => this.#showPeople(), { signal });
    this.#picker.on("chosen", ({ coming }) => void this.#choose(coming), { signal });
    this.#picker.on("empty", () => this.#announce(text("files.news.empty")), { signal });
    this.#resumeRequests.on("incomplete", (selection) => void this.#choose(selection), { signal });
    this.#resumeRequests.on("send", ({ chosen, pid }) => void this.#send(chosen, [pid]), { signal });
    this.#form.on("left", ({ count }) => this.#announce(text(`files.news.left.${count === 1 ? "one" : "many"}`, { count })), { signal });
    this.#form.on("send", ({ chosen, pids }) => void this.#send(chosen, pids), { signal });
    const actions = {
      choose: () => this.#picker.chooseFiles(),
      "choose-folder": () => this.#picker.chooseFolder(),
      forget: () => {
        if (this.#hasShared(this.#form.chosen)) void forgetShared();
        this.#form.forgetFiles();
      },
    };
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-files]"))) {
      button.addEventListener("click", actions[/** @type {keyof typeof actions} */ (button.dataset.files)], { signal });
    }
  }

  /** Asks who receives the files. @param {SelectedFile[]} chosen at least one @returns {Promise<void>} */
  chooseReceivers(chosen) {
    return this.#choose({ chosen, left: [] });
  }

  /** @param {Selection | Promise<Selection>} coming */
  #choose(coming) {
    sidePanels.open("files", { focus: false });
    return this.#form.addFiles(coming);
  }

  /** @param {SelectedFile[]} chosen @param {string[]} pids */
  async #send(chosen, pids) {
    this.#resumeRequests.hideRequest();
    try {
      const transfers = [];
      for (const pid of pids) transfers.push(await this.#exchange.offerFiles(pid, chosen));
      for (const transfer of transfers) void this.#resumeRequests.rememberFiles(transfer, chosen);
      if (this.#hasShared(chosen)) this.#forgetSharedAfter(transfers);
    } catch {
      // One became unreadable at the last moment: it is named when all are looked at again.
      void this.chooseReceivers(chosen);
    }
  }

  /** @param {SelectedFile[]} chosen */
  #hasShared(chosen) {
    return this.#shared?.some((one) => chosen.includes(one)) ?? false;
  }

  /** @param {Transfer[]} transfers of the shared files, which are kept for a reload until all are sent */
  #forgetSharedAfter(transfers) {
    const { signal } = this.#life;
    const forget = () => void (transfers.every(({ state }) => state === "done") && forgetShared());
    for (const transfer of transfers) transfer.on("state", forget, { signal });
  }

  get #reachable() {
    return [...this.#session.people.values()].filter(({ state }) => state === "connected" || state === "interrupted");
  }

  #showPeople() {
    this.#form.showPeople();
    for (const item of this.#items.values()) this.#updateItem(item);
  }

  /** @param {string} pid */
  #nameOf(pid) {
    const name = this.#session.people.get(pid)?.name;
    if (name !== undefined) this.#names.set(pid, name);
    return this.#names.get(pid) ?? text("files.gone");
  }

  /** @param {Transfer} transfer */
  #personOf({ pid }) {
    const person = this.#session.people.get(pid);
    return { name: this.#nameOf(pid), trust: person ? trustOf(person) : "" };
  }

  /** @param {Transfer} transfer */
  #onAdded(transfer) {
    if (transfer.purpose === "chat") return;
    const item = new TransferItem(transfer, this.#personOf(transfer));
    this.#addItem(item);
    const { signal } = this.#life;
    transfer.on("changed", () => this.#updateItem(item), { signal });
    transfer.on("state", () => void this.#onState(item), { signal });
    if (transfer.direction === "out") return;
    void this.#measureSpace();
    this.#announce(text("files.news.offered", { name: this.#nameOf(transfer.pid), what: formatFiles(transfer) }), item);
  }

  /** @param {TransferItem} item */
  #addItem(item) {
    const { transfer, root, who } = item;
    this.#items.set(transfer, item);
    this.#names.set(transfer.pid, who.name);
    this.#list.prepend(root);
    item.on("action", ({ action }) => void this.#runAction(item, action), { signal: this.#life.signal });
    this.#updateItem(item);
  }

  /** @param {Transfer} transfer */
  #onRemoved(transfer) {
    this.#items.get(transfer)?.root.remove();
    this.#items.delete(transfer);
    this.#updateCount();
  }

  /** @param {TransferItem} item */
  #updateItem(item) {
    item.update(this.#personOf(item.transfer), this.#space);
    this.#updateCount();
  }

  /** The number of offers without an answer, on the button. */
  #updateCount() {
    const waiting = [...this.#items.keys()].filter(({ direction, state }) => direction === "in" && state === "offered").length;
    const badge = byId("files-count", HTMLElement);
    badge.hidden = waiting === 0;
    badge.textContent = waiting === 0 ? "" : String(waiting);
    this.emit("changed");
  }

  /** @param {TransferItem} item */
  async #onState(item) {
    const { transfer } = item;
    const { state, direction, pid } = transfer;
    if (state !== "offered") clearToasts(subjectOf(transfer));
    if (state === "done" && this.#downloads.has(transfer)) await this.#save(item);
    const values = { name: this.#nameOf(pid), what: formatFiles(transfer) };
    if (state === "done") this.#announce(text(`files.news.${item.saved ? "saved" : `done.${direction}`}`, values), item);
    if (state === "failed") this.#announce(text("files.news.failed", values), item);
  }

  /** Also shows it if the panel is closed. @param {string} message @param {TransferItem} [item] it is about */
  #announce(message, item) {
    if (!this.#panel.hidden) say(message);
    else if (item === undefined) toast(message);
    else toast(message, { label: text("toast.show"), run: () => this.#showItem(item) }, subjectOf(item.transfer));
  }

  /** @param {TransferItem} item */
  #showItem(item) {
    sidePanels.open("files");
    item.root.focus();
  }

  /** @param {TransferItem} item @param {TransferAction} action */
  async #runAction(item, action) {
    const { transfer } = item;
    if (action === "download") this.#downloads.add(transfer);
    if (action === "download" || action === "receive") return this.#exchange.acceptTransfer(transfer, { kind: "store" });
    if (action === "stop-saving") return item.saving?.cancel();
    if (action === "save-to" && transfer.isOver) return this.#save(item, true);
    if (action === "save-to") {
      const destination = await chooseDestination(transfer);
      return destination ? this.#exchange.acceptTransfer(transfer, destination) : undefined;
    }
    if (action === "remove") {
      this.#onRemoved(transfer);
      return this.#exchange.removeTransfer(transfer);
    }
    if (action === "save" || action === "save-again") return this.#save(item);
    this.#exchange.applyAction(transfer, action);
  }

  /** @param {TransferItem} item @param {boolean} [choose] where */
  async #save(item, choose = false) {
    const outcome = await saveItem(item, { choose, onChanged: () => this.#updateItem(item) });
    if (outcome === null) return;
    await this.#exchange.freeSaved(item.transfer, outcome === "saved");
    this.#updateItem(item);
  }

  #tick() {
    for (const item of this.#items.values()) {
      if (!item.transfer.isRunning) continue;
      item.measureSpeed();
      this.#updateItem(item);
    }
  }

  async #measureSpace() {
    const stored = (await store.works()) ? await store.room() : 0;
    this.#space = { bytes: Math.max(stored, maxWithoutStore()), elsewhere: "showSaveFilePicker" in globalThis };
    for (const item of this.#items.values()) this.#updateItem(item);
  }

  /** @param {{pid: string, count: number, name: string}} detail */
  #onWanted({ pid, count, name: file }) {
    const member = this.#session.people.get(pid)?.member ?? "";
    void this.#resumeRequests.showRequest({ pid, member, name: this.#nameOf(pid), count, file });
    // A panel that the person has open, perhaps to write, must not be taken away.
    if (!this.#panel.hidden) return;
    if (sidePanels.current === null) return sidePanels.open("files", { focus: false });
    toast(text("files.news.wanted", { name: this.#nameOf(pid) }), { label: text("toast.show"), run: () => sidePanels.open("files") });
  }
}

/** Of toasts. @param {Transfer} transfer */
function subjectOf({ id }) {
  return `transfer ${id}`;
}
