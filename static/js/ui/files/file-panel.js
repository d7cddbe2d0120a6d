/** The file panel: the list of transfers, and what leads to one more. */

import { maxWithoutStore } from "../../files/receive/destination.js";
import { LIMITS } from "../../files/protocol/messages.js";
import { forgetShared, sharedFiles, sharingHere } from "../../files/share/share-target.js";
import { store } from "../../files/storage/store.js";
import { FileForm } from "./file-form.js";
import { FilePicker } from "./file-picker.js";
import { ResumeRequests } from "./files-wanted.js";
import { formatFiles } from "./file-words.js";
import { byId, text } from "../lib/page.js";
import { chooseDestination, saveAll } from "./save-files.js";
import { showSidePanel } from "../call/side-panel.js";
import { clearToasts, toast } from "../lib/toasts.js";
import { TransferItem } from "./transfer-item.js";
import { trustOf } from "../people/trust.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { FileExchange } from "../../files/exchange.js" */
/** @import { SelectedFile } from "../../files/protocol/metadata.js" */
/** @import { Transfer } from "../../files/protocol/transfer.js" */
/** @import { Act } from "./transfer-item.js" */

const TICK_MS = 1_000;

export class FilePanel {
  #panel = byId("files", HTMLElement);
  #list = byId("files-list", HTMLElement);
  #session;
  #exchange;
  #form;
  #picker;
  #waiting;
  /** @type {Map<Transfer, TransferItem>} */
  #items = new Map();
  /** Names of those with whom there are transfers; they may leave. @type {Map<string, string>} */
  #names = new Map();
  /** @type {{bytes: number, elsewhere: boolean} | undefined} */
  #room;
  /** What came from the share sheet. @type {SelectedFile[] | null} */
  #shared = null;
  #life = new AbortController();

  /** @param {CallSession} session @param {FileExchange} exchange @param {string} room the room's slug */
  constructor(session, exchange, room) {
    const { signal } = this.#life;
    this.#session = session;
    this.#exchange = exchange;
    this.#form = new FileForm(() => this.#others, signal);
    this.#picker = new FilePicker(signal);
    this.#waiting = new ResumeRequests(room, signal);
    this.#list.replaceChildren();
    this.#listen();
    void this.#measureRoom();
    const timer = setInterval(() => this.#tick(), TICK_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  /** Opens or closes the panel. */
  toggle() {
    showSidePanel("files", this.#panel.hidden);
    if (this.#panel.hidden) return;
    // What they say stands in the panel, which they would cover on a phone.
    clearToasts();
    byId("files-title", HTMLElement).focus();
  }

  /** Asks to whom those files go that the system's share sheet handed over. */
  async chooseShared() {
    const chosen = sharingHere() ? await sharedFiles() : [];
    if (chosen.length === 0 || this.#life.signal.aborted) return;
    this.#shared = chosen;
    this.chooseReceivers(chosen);
  }

  /** Takes everything down; what is on its way stops. */
  close() {
    this.#life.abort();
    this.#exchange.close();
    showSidePanel("files", false);
  }

  #listen() {
    const { signal } = this.#life;
    this.#exchange.on("added", ({ transfer }) => this.#added(transfer), { signal });
    this.#exchange.on("removed", ({ transfer }) => this.#removed(transfer), { signal });
    this.#exchange.on("wanted", (detail) => this.#wanted(detail), { signal });
    this.#exchange.on("refused", ({ pid }) => this.#say(text("files.news.refused", { name: this.#nameOf(pid) })), { signal });
    this.#session.on("person-added", () => this.#showPeople(), { signal });
    this.#session.on("person-changed", () => this.#showPeople(), { signal });
    this.#session.on("person-removed", () => this.#showPeople(), { signal });
    this.#picker.on("chosen", ({ chosen }) => this.chooseReceivers(chosen), { signal });
    this.#picker.on("unreadable", () => this.#say(text("files.news.unreadable")), { signal });
    this.#waiting.on("unreadable", () => this.#say(text("files.news.unreadable")), { signal });
    this.#waiting.on("send", ({ chosen, pid }) => void this.#send(chosen, [pid]), { signal });
    this.#form.on("send", ({ chosen, pids }) => void this.#send(chosen, pids), { signal });
    const acts = {
      toggle: () => this.toggle(),
      close: () => this.toggle(),
      choose: () => this.#picker.choose(),
      "choose-folder": () => this.#picker.chooseFolder(),
      forget: () => {
        if (this.#form.chosen === this.#shared) void forgetShared();
        this.#form.forgetFiles();
      },
    };
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-files]"))) {
      button.addEventListener("click", acts[/** @type {keyof typeof acts} */ (button.dataset.files)], { signal });
    }
  }

  /** Asks to whom some files are to go. @param {SelectedFile[]} chosen at least one */
  chooseReceivers(chosen) {
    if (chosen.length > LIMITS.filesOffered) return this.#say(text("files.news.too-many", { count: LIMITS.filesOffered }));
    showSidePanel("files", true);
    this.#form.showFiles(chosen);
  }

  /** @param {SelectedFile[]} chosen @param {string[]} pids */
  async #send(chosen, pids) {
    this.#waiting.hideRequest();
    try {
      const transfers = [];
      for (const pid of pids) transfers.push(await this.#exchange.offerFiles(pid, chosen));
      for (const transfer of transfers) void this.#waiting.rememberFiles(transfer, chosen);
      if (chosen === this.#shared) this.#forgetSharedAfter(transfers);
    } catch {
      this.#say(text("files.news.unreadable"));
    }
  }

  /** @param {Transfer[]} transfers of what was shared; after a reload it could still be sent, until all of it is there */
  #forgetSharedAfter(transfers) {
    const { signal } = this.#life;
    const forget = () => void (transfers.every(({ state }) => state === "done") && forgetShared());
    for (const transfer of transfers) transfer.on("state", forget, { signal });
  }

  /** Those to whom a connection stands. */
  get #others() {
    return [...this.#session.people.values()].filter(({ state }) => state === "connected" || state === "interrupted");
  }

  #showPeople() {
    this.#form.showPeople();
    for (const item of this.#items.values()) this.#show(item);
  }

  /** @param {string} pid */
  #nameOf(pid) {
    const name = this.#session.people.get(pid)?.name;
    if (name !== undefined) this.#names.set(pid, name);
    return this.#names.get(pid) ?? text("files.gone");
  }

  /** @param {Transfer} transfer */
  #who({ pid }) {
    const person = this.#session.people.get(pid);
    return { name: this.#nameOf(pid), trust: person ? trustOf(person) : "" };
  }

  /** @param {Transfer} transfer */
  #added(transfer) {
    const item = new TransferItem(transfer, this.#who(transfer));
    this.#items.set(transfer, item);
    this.#list.prepend(item.root);
    const { signal } = this.#life;
    transfer.on("changed", () => this.#show(item), { signal });
    transfer.on("state", () => this.#news(transfer), { signal });
    item.on("act", ({ act }) => void this.#act(item, act));
    this.#show(item);
    if (transfer.direction === "out") return;
    void this.#measureRoom();
    this.#say(text("files.news.offered", { name: this.#nameOf(transfer.pid), what: formatFiles(transfer) }));
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
    const values = { name: this.#nameOf(pid), what: formatFiles(transfer) };
    if (state === "done") this.#say(text(`files.news.done.${direction}`, values));
    if (state === "failed") this.#say(text("files.news.failed", values));
  }

  /** Says something where it covers nothing: aloud when the panel is open and shows it, in a toast when it is not. @param {string} words */
  #say(words) {
    if (this.#panel.hidden) toast(words);
    else byId("files-news", HTMLElement).textContent = words;
  }

  /** @param {TransferItem} item @param {Act} act */
  async #act(item, act) {
    const { transfer } = item;
    if (act === "accept") return this.#exchange.acceptTransfer(transfer, { kind: "store" });
    if (act === "save-to") {
      const destination = await chooseDestination(transfer);
      return destination ? this.#exchange.acceptTransfer(transfer, destination) : undefined;
    }
    if (act === "remove") return this.#exchange.removeTransfer(transfer);
    if (act === "save") {
      await saveAll(transfer);
      item.saved();
      return this.#show(item);
    }
    this.#exchange.applyAction(transfer, act);
  }

  #tick() {
    for (const item of this.#items.values()) {
      if (!item.transfer.isRunning) continue;
      item.tick();
      this.#show(item);
    }
  }

  async #measureRoom() {
    const stored = (await store.works()) ? await store.room() : 0;
    this.#room = { bytes: Math.max(stored, maxWithoutStore()), elsewhere: "showSaveFilePicker" in globalThis };
    for (const item of this.#items.values()) this.#show(item);
  }

  /** @param {{pid: string, count: number, name: string}} detail */
  #wanted({ pid, count, name: file }) {
    const member = this.#session.people.get(pid)?.member ?? "";
    void this.#waiting.showRequest({ pid, member, name: this.#nameOf(pid), count, file });
    showSidePanel("files", true);
  }
}
