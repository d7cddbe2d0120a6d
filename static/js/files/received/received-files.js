/**
 * The files that this browser has received and not saved: what every page of the site lists, saves and removes, and what a
 * transfer resumes. Several tabs share them.
 */

import { Emitter } from "../../lib/emitter.js";
import { TabLocks } from "../../lib/locks.js";
import { openTabChannel } from "../../lib/storage.js";
import { store as theStore } from "../storage/store.js";
import { PARTIAL_MS, WHOLE_MS } from "./claim.js";
import { Claims, recordOf } from "./claims.js";
import { nextDeadline, setDeadline } from "./deadline.js";
import { makeKey } from "./identity.js";
import { ReceivedRecords } from "./records.js";

/** @import { Offered } from "./claims.js" */
/** @import { AllRecords, Changes, ReceivedFile, ReceivedTransfer } from "./records.js" */
/** @typedef {ReceivedFile & {bytes: number, gone: boolean, blob: Blob | null}} ListedFile bytes: here now; gone: the browser has deleted it */
/**
 * @typedef {object} ListedTransfer
 * @property {ReceivedTransfer} transfer
 * @property {ListedFile[]} files in the order of the offer
 * @property {boolean} running it is being received, here or in another tab
 * @property {boolean} inMemory it is lost with this tab
 */
/** @typedef {{transfer: ReceivedTransfer, files: ListedFile[], free: () => Promise<void>}} Held in memory */

/** A browser that cannot say when it has saved a file gets this long. */
const HANDED_MS = 2 * 60_000;
/** Many files that arrive at once are announced together. */
const ANNOUNCE_MS = 300;
const MAX_TIMER_MS = 24 * 3600_000;
const CHANNEL = "meeting-point/received";

/**
 * @typedef {object} ReceivedFilesEvents
 * @property {void} changed the list, in this tab or in another one
 */

/** @extends {Emitter<ReceivedFilesEvents>} */
export class ReceivedFiles extends Emitter {
  #records;
  #store;
  #locks;
  #now;
  #openChannel;
  /** @type {BroadcastChannel | null} */
  #channel = null;
  /** @type {Promise<boolean> | null} */
  #able = null;
  /** Files of browsers that store nothing. @type {Map<string, Held>} */
  #memory = new Map();
  /** Records that other tabs write to. @type {Set<string>} */
  #followed = new Set();
  #announcing = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  claims;

  /**
   * @param {{records: Pick<ReceivedRecords, "all" | "change">, store: Pick<import("../storage/store.js").Store, "works" | "list" | "sizes" | "remove" | "file">,
   *   locks: Pick<TabLocks, "work" | "hold" | "held" | "whenFree">, openChannel?: (name: string) => BroadcastChannel | null, now?: () => number}} options
   */
  constructor({ records, store, locks, openChannel = openTabChannel, now = Date.now }) {
    super();
    this.#records = records;
    this.#store = store;
    this.#locks = locks;
    this.#openChannel = openChannel;
    this.#now = now;
    const owner = {
      now,
      works: () => this.works(),
      all: () => records.all(),
      keys: () => store.list(),
      change: (/** @type {Changes} */ changes) => this.#change(changes),
      removeBytes: (/** @type {string[]} */ keys) => store.remove(keys),
    };
    this.claims = new Claims(owner, locks);
  }

  /** Whether this browser can keep received files (not in some private windows). */
  works() {
    this.#able ??= this.#isAble().catch(() => false);
    return this.#able;
  }

  /** Lists a transfer whose files are in memory. @param {Offered} offered @param {(Blob | null | undefined)[]} blobs null: an empty folder; undefined: not received @param {() => Promise<void>} free */
  holdInMemory({ offer, purpose, from, heads }, blobs, free) {
    const id = makeKey();
    const transfer = { id, batch: "", offer, purpose, ...from, at: this.#now(), kept: false };
    const files = heads.flatMap((head, position) => {
      const blob = blobs[position];
      if (blob === undefined) return [];
      const record = recordOf(head, { key: makeKey(), transfer: id, position, identity: "", until: Infinity });
      return [{ ...record, state: /** @type {const} */ ("whole"), bytes: head.size, gone: false, blob }];
    });
    this.#memory.set(id, { transfer, files, free });
    this.#announce();
    return id;
  }

  /** @returns {Promise<ListedTransfer[]>} the newest first */
  async list() {
    const listed = [...this.#memory.values()].map(({ transfer, files }) => ({ transfer, files, running: false, inMemory: true }));
    if (await this.works()) listed.push(...(await this.#listStored()));
    return listed.sort((one, other) => other.transfer.at - one.transfer.at);
  }

  /** Opens a complete file. @param {ListedFile} file @returns {Promise<Blob | null>} null: an empty folder @throws {DOMException} NotFoundError: it is gone */
  async open({ blob, folder, key, size }) {
    if (blob || folder) return blob;
    return (await this.#store.file(key)).slice(0, size, "application/octet-stream");
  }

  /**
   * Frees the storage of complete files that were saved.
   * @param {string} id of the transfer's record @param {boolean} certain false: the browser may still be saving them
   * @param {string[]} [keys] of its files; all
   */
  async markSaved(id, certain, keys) {
    const { files } = this.#memory.has(id) ? { files: new Map() } : await this.#records.all();
    const saved = [...files.values()].filter((one) => one.transfer === id && one.state !== "partial" && (!keys || keys.includes(one.key)));
    if (certain || this.#memory.has(id)) return void (await this.remove(id, keys ?? (this.#memory.has(id) ? undefined : saved.map(({ key }) => key))));
    const until = this.#now() + HANDED_MS;
    await this.#change({ put: { files: saved.map((file) => ({ ...file, state: /** @type {const} */ ("handed"), until })) } });
  }

  /** Removes files and, with the last one, the transfer. @param {string} id @param {string[]} [keys] all @returns {Promise<number>} how many are in use and stay */
  async remove(id, keys) {
    const held = this.#memory.get(id);
    if (held) return this.#removeHeld(held, keys);
    const { transfers, files } = await this.#records.all();
    const own = [...files.values()].filter(({ transfer }) => transfer === id);
    return this.#drop(own.filter(({ key }) => !keys || keys.includes(key)), { transfers, files }, await this.claims.runningIds());
  }

  /** Removes everything that is not in use. @returns {Promise<number>} how many files are in use and stay */
  async removeAll() {
    for (const held of this.#memory.values()) await this.#removeHeld(held);
    if (!(await this.works())) return 0;
    const found = await this.#records.all();
    const stay = await this.#drop([...found.files.values()], found, await this.claims.runningIds());
    await this.tidy();
    return stay;
  }

  /** Keeps what a room's calls have brought when the person leaves. @param {string} room slug */
  async keepRoom(room) {
    if (!(await this.works())) return;
    const { transfers, files } = await this.#records.all();
    const kept = [...transfers.values()].filter((one) => one.room === room && !one.kept).map((one) => ({ ...one, kept: true }));
    const ids = new Set(kept.map(({ id }) => id));
    const renewed = [...files.values()].filter(({ transfer, state }) => ids.has(transfer) && state !== "handed");
    const until = (/** @type {ReceivedFile} */ { state }) => this.#now() + (state === "whole" ? WHOLE_MS : PARTIAL_MS);
    await this.#change({ put: { transfers: kept, files: renewed.map((file) => ({ ...file, until: until(file) })) } });
  }

  /** Removes what a room's calls have brought and the person does not keep. @param {string} room slug */
  async removeRoom(room) {
    for (const held of [...this.#memory.values()]) if (held.transfer.room === room) await this.#removeHeld(held);
    if (!(await this.works())) return;
    const found = await this.#records.all();
    const ids = new Set([...found.transfers.values()].filter((one) => one.room === room && !one.kept).map(({ id }) => id));
    const chosen = [...found.files.values()].filter(({ transfer, state }) => ids.has(transfer) && state !== "handed");
    await this.#drop(chosen, found, await this.claims.runningIds());
  }

  /** Removes what is too old, and what no record names. */
  async tidy() {
    if (!(await this.works())) return;
    // In this order: a record is there before its folder.
    const keys = await this.#store.list();
    const found = await this.#records.all();
    const { transfers, files } = found;
    const [running, now] = [await this.claims.runningIds(), this.#now()];
    const old = [...files.values()].filter(({ transfer, until }) => !running.has(transfer) && (until <= now || !transfers.has(transfer)));
    await this.#store.remove(keys.filter((key) => !files.has(key)));
    await this.#drop(old, found, running);
  }

  /** Hears of changes in other tabs. */
  watch() {
    if (this.#channel) return;
    this.#channel = this.#openChannel(CHANNEL);
    this.#channel?.addEventListener("message", () => this.emit("changed"));
  }

  async #isAble() {
    if (!this.#locks.work || !(await this.#store.works())) return false;
    await this.#records.all();
    return true;
  }

  /** @returns {Promise<ListedTransfer[]>} */
  async #listStored() {
    const { transfers, files } = await this.#records.all();
    const here = new Set(await this.#store.list());
    const running = await this.claims.runningIds();
    for (const id of running) this.#follow(id);
    const parts = [...files.values()].filter(({ state, key }) => state === "partial" && here.has(key));
    const sizes = await this.#store.sizes(parts.map(({ key }) => key));
    const bytes = new Map(parts.map(({ key }, at) => [key, sizes[at]]));
    /** @type {Map<string, ListedFile[]>} */
    const byTransfer = new Map([...transfers.keys()].map((id) => [id, []]));
    for (const file of files.values()) {
      const gone = file.state !== "partial" && !file.folder && !here.has(file.key);
      const now = file.state === "partial" ? Math.min(file.size, bytes.get(file.key) ?? 0) : file.size;
      byTransfer.get(file.transfer)?.push({ ...file, bytes: gone ? 0 : now, gone, blob: null });
    }
    return [...transfers.values()].flatMap((transfer) => {
      const own = byTransfer.get(transfer.id) ?? [];
      own.sort((one, other) => one.position - other.position);
      return own.length > 0 ? [{ transfer, files: own, running: running.has(transfer.id), inMemory: false }] : [];
    });
  }

  /** A tab that is closed or killed announces nothing. @param {string} id of a record that a transfer writes to */
  #follow(id) {
    if (this.#channel === null || this.#followed.has(id) || this.claims.isHeldHere(id)) return;
    this.#followed.add(id);
    void this.claims.whenIdle(id).then(() => {
      this.#followed.delete(id);
      this.emit("changed");
    });
  }

  /** @param {Held} held @param {string[]} [keys] all */
  async #removeHeld(held, keys) {
    held.files = held.files.filter(({ key }) => keys && !keys.includes(key));
    if (held.files.length === 0) {
      this.#memory.delete(held.transfer.id);
      await held.free();
    }
    this.#announce();
    return 0;
  }

  /** @param {ReceivedFile[]} chosen @param {AllRecords} found @param {Set<string>} running @returns {Promise<number>} how many stay */
  async #drop(chosen, { transfers, files }, running) {
    // A running transfer still needs what is not complete.
    const idle = chosen.filter(({ transfer, state }) => state !== "partial" || !running.has(transfer));
    const stuck = new Set(await this.#store.remove(idle.map(({ key }) => key)));
    const gone = new Set(idle.filter(({ key }) => !stuck.has(key)).map(({ key }) => key));
    const needed = new Set(running);
    for (const { key, transfer } of files.values()) if (!gone.has(key)) needed.add(transfer);
    await this.#change({ drop: { files: [...gone], transfers: [...transfers.keys()].filter((id) => !needed.has(id)) } });
    setDeadline([...files.values()].reduce((next, { key, until }) => (gone.has(key) ? next : Math.min(next, until)), Infinity));
    return chosen.length - gone.size;
  }

  /** @param {Changes} changes */
  async #change(changes) {
    await this.#records.change(changes);
    setDeadline((changes.put?.files ?? []).reduce((next, { until }) => Math.min(next, until), nextDeadline()));
    this.#tidyInTime();
    this.#announce();
  }

  /** While a page is open. The deadline may be far beyond what a timer takes. */
  #tidyInTime() {
    clearTimeout(this.#timer);
    const wait = Math.min(nextDeadline() - this.#now(), MAX_TIMER_MS);
    if (wait < MAX_TIMER_MS) this.#timer = setTimeout(() => void this.tidy().catch(() => {}), Math.max(0, wait) + ANNOUNCE_MS);
    // Node.js, in tests, must not wait for it.
    /** @type {any} */ (this.#timer)?.unref?.();
  }

  #announce() {
    if (this.#announcing) return;
    this.#announcing = true;
    setTimeout(() => {
      this.#announcing = false;
      this.watch();
      this.#channel?.postMessage("changed");
      this.emit("changed");
    }, ANNOUNCE_MS);
  }
}

/** What this browser has received. */
export const received = new ReceivedFiles({ records: new ReceivedRecords(), store: theStore, locks: new TabLocks() });
