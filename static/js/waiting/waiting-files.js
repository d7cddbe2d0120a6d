/**
 * The files that wait in one room: in this browser for others, and in theirs for us. One tab of a browser delivers, that of the
 * call if there is one; the others show.
 */

import { makeTransferId } from "../files/protocol/messages.js";
import { Emitter } from "../lib/emitter.js";
import { TabLocks } from "../lib/locks.js";
import { announce, withdraw } from "./announcements.js";
import { AutoReceive } from "./auto-receive.js";
import { Deliveries } from "./deliveries.js";
import { Meeting } from "./meeting.js";
import { peopleMet, rememberPerson } from "./people-met.js";
import { itemsOf } from "./waiting-items.js";
import { afterDelivery, ended, isDue, newRecord, reconcile } from "./waiting-state.js";
import { WaitingStore } from "./waiting-store.js";

/** @import { FileExchange } from "../files/exchange.js" */
/** @import { SelectedFile } from "../files/protocol/metadata.js" */
/** @import { Transfer } from "../files/protocol/transfer.js" */
/** @import { WaitingTransfer } from "../signaling/wire.js" */
/** @import { PersonMet } from "./people-met.js" */
/** @import { OpenRoom } from "./meeting.js" */
/** @import { WaitingItem } from "./waiting-items.js" */
/** @import { WaitingRecord } from "./waiting-state.js" */

/** Until the next try, if the server cannot be reached. */
const RETRY_MS = 60_000;

/**
 * @typedef {{exchange: FileExchange, pidOf: (member: string) => string | undefined}} Call that this page has open; pidOf: a connected
 *   tab of a member
 */
/** The server does not take it; the message says why, for the person. */
export class NotAnnounced extends Error {}

/**
 * @typedef {object} WaitingFilesEvents
 * @property {void} changed `items`
 * @property {{name: string, transfer: Transfer}} received files from another person are here
 */

/** @extends {Emitter<WaitingFilesEvents>} */
export class WaitingFiles extends Emitter {
  #slug;
  #steal;
  #meeting;
  #store = new WaitingStore();
  #autoReceive = new AutoReceive();
  /** Our own membership; empty: not known yet. */
  #member = "";
  /** What the server lists; null: not known now. @type {readonly WaitingTransfer[] | null} */
  #listed = null;
  /** @type {WaitingRecord[]} */
  #records = [];
  /** @type {readonly PersonMet[]} */
  #met = [];
  /** @type {Call | null} */
  #call = null;
  /** @type {Record<"call" | "meeting", Deliveries | null>} */
  #over = { call: null, meeting: null };
  /** What has come outside of a call while this page is open: the transfer room is left soon after. @type {Map<string, Transfer>} */
  #arrived = new Map();
  /** Being stored just now. @type {Set<string>} */
  #settling = new Set();
  /** @type {"no" | "asked" | "yes"} whether this tab delivers */
  #leads = /** @type {const} */ ("no");
  #working = false;
  #workAgain = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  #life = new AbortController();

  /** @param {{slug: string, steal: boolean, openRoom: OpenRoom}} options steal: this page delivers from now on, whichever did before */
  constructor({ slug, steal, openRoom }) {
    super();
    this.#slug = slug;
    this.#steal = steal;
    this.#meeting = new Meeting(openRoom);
    this.#store.on("changed", () => this.work());
    this.#meeting.on("entered", ({ exchange }) => this.#follow("meeting", exchange));
    this.#meeting.on("left", () => this.#unfollow("meeting"));
    this.#meeting.on("changed", () => this.work());
    this.#meeting.on("reachable", (person) => void this.#remember(person));
  }

  /** @param {string} member our own membership @param {readonly WaitingTransfer[] | null} listed by the server; null: it is away */
  setListed(member, listed) {
    this.#member = member;
    this.#listed = listed;
    this.work();
  }

  /** Those for whom files can wait, the last seen first. */
  get met() {
    return this.#met;
  }

  /** @returns {WaitingItem[]} the oldest first */
  get items() {
    const [records, listed] = [this.#records, this.#listed ?? []];
    return itemsOf({ member: this.#member, records, listed, names: this.#names, over: this.#over, arrived: this.#arrived, now: Date.now() });
  }

  /**
   * Keeps copies of files until the other person is there too.
   * @param {SelectedFile[]} chosen at least one @param {{member: string, name: string}} receiver
   * @throws {NotAnnounced} @throws {NoRoom} @throws {DOMException} when a file cannot be read
   */
  async add(chosen, receiver) {
    const record = newRecord({ id: makeTransferId(), room: this.#slug, member: this.#member }, receiver, chosen, Date.now());
    await this.#settle(record.id, async () => {
      await this.#store.add(record, chosen);
      const answer = await announce(record);
      if (answer && "refusal" in answer) {
        await this.#store.remove(record.id);
        throw new NotAnnounced(answer.refusal);
      }
      await this.#onAnnounced(record, answer);
    });
  }

  /** Takes back what waits here, declines what another sends, or removes from the list what is over. @param {string} id */
  async remove(id) {
    const record = this.#records.find((one) => one.id === id);
    for (const deliveries of this.#deliveries) deliveries.remove(id);
    if (this.#arrived.delete(id)) return void this.emit("changed");
    if (record && record.outcome === "") return this.#store.update(ended(record, "taken", Date.now()));
    if (record) return this.#store.remove(id);
    if (!(await withdraw(this.#slug, id))) this.#retryLater();
    this.emit("changed");
  }

  /** Tries again to deliver what has failed. @param {string} id */
  async retry(id) {
    const record = this.#records.find((one) => one.id === id);
    if (record) await this.#store.update({ ...record, problem: "" });
  }

  /** Receives what needs a press. @param {string} id */
  receive(id) {
    for (const deliveries of this.#deliveries) deliveries.receive(id);
  }

  /** @param {Call} call that this page has joined */
  useCall(call) {
    this.#call = call;
    this.#follow("call", call.exchange);
    this.work();
  }

  /** The room has another key: people who are met from now on have it. */
  keyChanged() {
    this.#meeting.leave();
    this.work();
  }

  close() {
    this.#life.abort();
    this.#meeting.close();
    this.#unfollow("call");
    this.#store.close();
    clearTimeout(this.#retry);
  }

  /** Brings everything up to date, one time after the other; also when people have come to the call or left it. */
  async work() {
    this.#workAgain = true;
    if (this.#working) return;
    this.#working = true;
    while (this.#workAgain && !this.#life.signal.aborted) {
      this.#workAgain = false;
      await this.#workOnce().catch(() => this.#retryLater());
    }
    this.#working = false;
  }

  get #names() {
    return new Map(this.#met.map(({ member, name }) => [member, name]));
  }

  get #deliveries() {
    return Object.values(this.#over).filter((one) => one !== null);
  }

  get #incoming() {
    return (this.#listed ?? []).filter(({ receiver }) => receiver === this.#member);
  }

  async #workOnce() {
    if (this.#member === "") return;
    const all = await this.#store.all();
    this.#records = all.filter(({ room, member }) => room === this.#slug && member === this.#member);
    this.#met = await peopleMet(this.#slug, this.#member);
    if (this.#life.signal.aborted) return;
    this.emit("changed");
    if (this.#records.length > 0 || this.#incoming.length > 0) this.#askToLead();
    if (this.#leads !== "yes") return;
    const busy = new Set([...this.#settling, ...this.#deliveries.flatMap(({ ids }) => ids)]);
    const { changed, removed } = reconcile(this.#records, busy, this.#listed, Date.now());
    for (const record of changed) await this.#store.update(record);
    for (const id of removed) await this.#store.remove(id);
    if (changed.length + removed.length > 0) return;
    for (const record of this.#records) if (!this.#settling.has(record.id)) await this.#report(record);
    this.#deliver();
  }

  /** Lets the server know. @param {WaitingRecord} record */
  async #report(record) {
    if (record.row === "new") await this.#onAnnounced(record, await announce(record));
    if (record.row !== "removing") return;
    if (await withdraw(this.#slug, record.id)) await this.#store.update({ ...record, row: "over" });
    else this.#retryLater();
  }

  /** @param {WaitingRecord} record @param {Awaited<ReturnType<typeof announce>>} answer */
  async #onAnnounced(record, answer) {
    const now = Date.now();
    if (answer === null) return this.#retryLater();
    if ("refusal" in answer) return this.#store.update({ ...ended(record, "gone", now), row: "over" });
    await this.#store.update({ ...record, row: "announced", until: answer.until, changed: now });
  }

  #deliver() {
    const due = this.#records.filter((record) => isDue(record) && !this.#settling.has(record.id));
    for (const deliveries of this.#deliveries) {
      for (const id of deliveries.ids) if (!due.some((record) => record.id === id)) deliveries.remove(id);
    }
    for (const { id, receiver } of due) {
      const [inCall, outside] = [this.#call?.pidOf(receiver), this.#meeting.pidOf(receiver)];
      const read = () => this.#store.filesOf(id);
      // Who has left one of the two may be in the other.
      if (inCall === undefined && outside !== undefined) this.#over.call?.remove(id);
      if (outside === undefined && inCall !== undefined) this.#over.meeting?.remove(id);
      if (this.#deliveries.some(({ ids }) => ids.includes(id))) continue;
      if (inCall !== undefined) void this.#over.call?.deliver(id, inCall, read);
      else if (outside !== undefined) void this.#over.meeting?.deliver(id, outside, read);
    }
    for (const deliveries of this.#deliveries) void this.#autoReceive.accept(deliveries, this.#incoming);
    const others = [...due.map(({ receiver }) => receiver), ...this.#incoming.map(({ sender }) => sender)];
    this.#meeting.meet(new Set(others.filter((member) => this.#call?.pidOf(member) === undefined)));
  }

  /** @param {"call" | "meeting"} way @param {FileExchange} exchange */
  #follow(way, exchange) {
    this.#unfollow(way);
    const deliveries = new Deliveries(exchange);
    deliveries.on("changed", () => this.emit("changed"));
    deliveries.on("offered", () => this.work());
    deliveries.on("unreadable", ({ id }) => void this.#onFailed(id, "unreadable"));
    deliveries.on("ended", ({ transfer, files }) => void this.#onEnded(transfer, files));
    deliveries.on("received", ({ transfer }) => {
      if (way === "meeting") this.#arrived.set(transfer.id, transfer);
      this.emit("received", { transfer, name: this.#names.get(transfer.member) ?? "" });
    });
    this.#over[way] = deliveries;
  }

  /** @param {"call" | "meeting"} way */
  #unfollow(way) {
    this.#over[way]?.close();
    this.#over[way] = null;
    this.emit("changed");
  }

  /** @param {Transfer} transfer @param {SelectedFile[]} files */
  async #onEnded(transfer, files) {
    const record = this.#records.find(({ id }) => id === transfer.id);
    if (!record) return;
    const failed = files.filter((_, at) => transfer.entries[at].status === "failed");
    const { now, left } = afterDelivery(record, transfer, failed, { id: makeTransferId(), at: Date.now() });
    await this.#settle(record.id, async () => {
      if (left) await this.#store.add(left, failed);
      await this.#store.update(now);
    });
  }

  /** @param {string} id @param {() => Promise<void>} act */
  async #settle(id, act) {
    this.#settling.add(id);
    await act().finally(() => this.#settling.delete(id));
    this.work();
  }

  /** @param {string} id @param {string} problem */
  async #onFailed(id, problem) {
    const record = this.#records.find((one) => one.id === id);
    if (record) await this.#store.update({ ...record, problem });
  }

  /** @param {{member: string, name: string}} person */
  async #remember({ member, name }) {
    if (name !== "") await rememberPerson(this.#slug, this.#member, { member, name, at: Date.now() });
    this.work();
  }

  #retryLater() {
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.work();
    }, RETRY_MS);
  }

  #askToLead() {
    if (this.#leads !== "no") return;
    this.#leads = "asked";
    const options = { steal: this.#steal, signal: this.#life.signal };
    void new TabLocks().keep(`meeting-point/transfers/${this.#slug}`, options, (held) => {
      this.#leads = "yes";
      held.addEventListener("abort", () => {
        this.#leads = "asked";
        this.#meeting.leave();
      });
      this.work();
    });
  }
}
