/** The file panel: the list of transfers and the ways to start one. */

import { forgetShared, sharedFiles, sharingHere } from "../../files/share/share-target.js";
import { Emitter } from "../../lib/emitter.js";
import { EarlierFiles } from "../received/earlier-files.js";
import { FileForm } from "./file-form.js";
import { FilePicker } from "./file-picker.js";
import { ResumeRequests } from "./resume-requests.js";
import { formatFiles } from "./format.js";
import { say } from "../lib/announcer.js";
import { byId, text } from "../lib/page.js";
import { sidePanels } from "../call/side-panel.js";
import { clearToasts, toast } from "../lib/toasts.js";
import { TransferList } from "./transfer-list.js";
import { trustOf } from "../people/trust.js";
import { sendLater } from "../waiting/send-later.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { FileExchange } from "../../files/exchange.js" */
/** @import { Wanted } from "../../files/protocol/messages.js" */
/** @import { SelectedFile } from "../../files/protocol/metadata.js" */
/** @import { Transfer } from "../../files/protocol/transfer.js" */
/** @import { Selection } from "../../files/send/selection.js" */
/** @import { ReceivedItem } from "../received/received-item.js" */
/** @import { TransferItem } from "./transfer-item.js" */
/** @import { FileDraft } from "./file-form.js" */
/** @import { WaitingFiles } from "../../waiting/waiting-files.js" */

/**
 * @typedef {object} FilePanelEvents
 * @property {void} changed `atRisk`, perhaps
 * @property {{chosen: SelectedFile[]}} sent the chosen files were offered to everyone who was chosen
 */

/** @extends {Emitter<FilePanelEvents>} */
export class FilePanel extends Emitter {
  #panel = byId("files", HTMLElement);
  #list;
  #earlier;
  #room;
  #session;
  #exchange;
  #form;
  #picker;
  #resumeRequests;
  /** @type {Map<string, string>} by pid; kept when people leave */
  #names = new Map();
  /** @type {SelectedFile[] | null} from the share target */
  #shared = null;
  #life = new AbortController();

  /**
   * @param {CallSession} session @param {FileExchange} exchange @param {{slug: string, roomName: string}} room
   * @param {{draft: FileDraft, waiting: WaitingFiles}} kept draft: of the call before; waiting: in the room
   */
  constructor(session, exchange, room, { draft, waiting }) {
    super();
    const { signal } = this.#life;
    this.#session = session;
    this.#exchange = exchange;
    this.#form = new FileForm({ others: () => this.#reachable, waiting }, draft, signal);
    this.#picker = new FilePicker(signal);
    this.#room = room;
    this.#resumeRequests = new ResumeRequests(room.slug, signal);
    this.#list = new TransferList(exchange, (transfer) => this.#personOf(transfer), signal);
    this.#earlier = new EarlierFiles(room.slug, () => this.#shownRecords, signal);
    this.#listen(waiting);
  }

  /** Asks who receives the files from the share target. */
  async chooseShared() {
    const chosen = sharingHere() ? await sharedFiles() : [];
    if (chosen.length === 0 || this.#life.signal.aborted) return;
    this.#shared = chosen;
    this.chooseReceivers(chosen);
  }

  /** What leaving or closing would stop or lose, see `leave-guard.js`. */
  get atRisk() {
    const { atRisk } = this.#list;
    const earlier = this.#earlier.items;
    const count = (/** @type {(item: ReceivedItem) => boolean} */ which) => earlier.filter(which).length;
    return {
      ...atRisk,
      running: atRisk.running + this.#picturesUnderWay,
      saving: atRisk.saving + count(({ saving }) => saving),
      unsaved: atRisk.unsaved + count(({ isUnsaved, isKept }) => isUnsaved && !isKept),
      inMemory: atRisk.inMemory + count(({ isInMemory }) => isInMemory),
    };
  }

  /** The chat lists them; leaving would stop them, too. */
  get #picturesUnderWay() {
    return [...this.#exchange.transfers.values()].filter(({ purpose, direction, isRunning }) => purpose === "chat" && direction === "out" && isRunning).length;
  }

  /** Whether something that came can stay in this browser when the person leaves. */
  get canKeep() {
    return this.#list.canKeep || this.#earlier.items.some(({ isSaved, isKept, isInMemory }) => !isSaved && !isKept && !isInMemory);
  }

  /** @returns {Promise<boolean>} whether everything is saved, as far as the browser says */
  async saveUnsaved() {
    const saved = await this.#list.saveUnsaved();
    if (!saved || this.#earlier.items.every(({ isUnsaved }) => !isUnsaved)) return saved;
    return this.#earlier.saveAll(this.#room.roomName);
  }

  get items() {
    return this.#list.items;
  }

  /** Also stops all transfers. @returns {Promise<void>} when what came can be listed and removed */
  close() {
    this.#life.abort();
    return this.#exchange.close();
  }

  /** @param {WaitingFiles} waiting */
  #listen(waiting) {
    const { signal } = this.#life;
    this.#exchange.on("added", ({ transfer }) => this.#onAdded(transfer), { signal });
    this.#list.on("changed", () => this.#updateCount(), { signal });
    this.#earlier.on("changed", () => this.emit("changed"), { signal });
    this.#earlier.on("settled", ({ offer, member, saved }) => void (member !== "" && this.#exchange.reportSaved(offer, member, saved)), { signal });
    this.#earlier.on("removed", ({ id }) => this.#list.dropRecord(id), { signal });
    this.#list.on("send-again", ({ item }) => void this.#sendAgain(item.transfer), { signal });
    this.#list.on("state", ({ item }) => this.#onState(item), { signal });
    this.#exchange.on("wanted", (detail) => this.#onWanted(detail), { signal });
    this.#exchange.on("refused", ({ pid }) => this.#announce(text("files.news.refused", { name: this.#nameOf(pid) })), { signal });
    for (const type of /** @type {const} */ (["person-added", "person-changed", "person-removed"])) this.#session.on(type, () => this.#showPeople(), { signal });
    this.#session.on("person-removed", ({ person: { pid } }) => this.#resumeRequests.forgetPeer(pid), { signal });
    this.#picker.on("chosen", ({ coming }) => void this.choose(coming), { signal });
    this.#picker.on("beside", ({ kind, add }) => toast(text(`files.beside.${kind}`), { label: text(`files.beside.${kind}.add`), run: add }), { signal });
    this.#picker.on("empty", () => toast(text("files.news.empty")), { signal });
    this.#resumeRequests.on("incomplete", (selection) => void this.choose(selection), { signal });
    this.#resumeRequests.on("send", ({ chosen, pid }) => void this.#send(chosen, [pid]), { signal });
    this.#form.on("left", ({ count }) => this.#announce(text(`files.news.left.${count === 1 ? "one" : "many"}`, { count })), { signal });
    this.#form.on("send", ({ chosen, pids, later }) => void (later ? this.#sendLater(waiting, chosen, later) : this.#send(chosen, pids)), { signal });
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
    return this.choose({ chosen, left: [] });
  }

  /** Like `chooseReceivers`, also of what cannot be sent. @param {Selection | Promise<Selection>} coming @param {string} [to] the pid of who is proposed */
  choose(coming, to) {
    sidePanels.open("files", { focus: false });
    return this.#form.addFiles(coming, to);
  }

  /** @param {SelectedFile[]} chosen @param {string[]} pids */
  async #send(chosen, pids) {
    try {
      const transfers = [];
      for (const pid of pids) transfers.push(await this.#exchange.offerFiles(pid, chosen));
      for (const transfer of transfers) void this.#resumeRequests.rememberFiles(transfer, chosen);
      if (this.#hasShared(chosen)) this.#forgetSharedAfter(transfers);
      this.emit("sent", { chosen });
    } catch {
      // One became unreadable at the last moment: it is named when all are looked at again.
      void this.chooseReceivers(chosen);
    }
  }

  /** @param {WaitingFiles} waiting @param {SelectedFile[]} chosen @param {{member: string, name: string}} person who is away */
  async #sendLater(waiting, chosen, person) {
    const { message, kept } = await sendLater(waiting, chosen, person);
    if (!kept) void this.choose({ chosen, left: [] });
    else if (this.#hasShared(chosen)) void forgetShared();
    this.#announce(message);
  }

  /** Offers the files that failed once more. @param {Transfer} transfer */
  async #sendAgain(transfer) {
    const pid = this.#exchange.pidOf(transfer);
    if (pid !== undefined) await this.#send(await this.#exchange.failedFiles(transfer), [pid]);
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

  get #shownRecords() {
    return new Set(this.items.flatMap(({ transfer }) => this.#exchange.recordsOf(transfer)));
  }

  get #reachable() {
    return [...this.#session.people.values()].filter(({ state }) => state === "connected" || state === "interrupted");
  }

  #showPeople() {
    this.#form.showPeople();
    this.#list.updateAll();
  }

  /** @param {string} pid */
  #nameOf(pid) {
    const name = this.#session.people.get(pid)?.name;
    if (name !== undefined) this.#names.set(pid, name);
    return this.#names.get(pid) ?? text("files.gone");
  }

  /** @param {Transfer} transfer */
  #personOf({ pid, member }) {
    const { people } = this.#session;
    const person = people.get(pid) ?? (member === "" ? undefined : [...people.values()].find((one) => one.member === member));
    const isHere = person !== undefined && this.#reachable.includes(person);
    return { name: this.#nameOf(person?.pid ?? pid), trust: person ? trustOf(person) : "", isHere, isConnected: person?.state === "connected" };
  }

  /** @param {Transfer} transfer */
  #onAdded(transfer) {
    if (transfer.purpose === "chat") return transfer.on("state", () => this.emit("changed"), { signal: this.#life.signal });
    const item = this.#list.add(transfer);
    if (transfer.direction === "out" || transfer.state !== "offered") return;
    this.#announce(text("files.news.offered", { name: this.#nameOf(transfer.pid), what: formatFiles(transfer) }), item);
  }

  /** The number of offers without an answer, on the button. */
  #updateCount() {
    const waiting = this.items.filter(({ transfer: { direction, state } }) => direction === "in" && state === "offered").length;
    const badge = byId("files-count", HTMLElement);
    badge.hidden = waiting === 0;
    badge.textContent = waiting === 0 ? "" : String(waiting);
    this.emit("changed");
  }

  /** @param {TransferItem} item */
  #onState(item) {
    const { transfer } = item;
    const { state, direction, pid } = transfer;
    if (state !== "offered") clearToasts(subjectOf(transfer));
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

  /** @param {{pid: string} & Wanted} detail */
  #onWanted({ pid, transfer, count, name: file }) {
    const member = this.#session.people.get(pid)?.member ?? "";
    void this.#resumeRequests.take({ transfer, pid, member, name: this.#nameOf(pid), count, file });
    if (count === 0) return;
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
