/**
 * A folder that the person picked, for the files of one transfer. Each top-level name of the transfer gets a name that is free there,
 * and everything else lies below it. A file has a temporary name until it is whole.
 */

import { TabLocks } from "../../lib/locks.js";
import { claimName, namesIn, takenName } from "./free-name.js";
import { leavePlace, makeMark, rememberPlace } from "./leftovers.js";
import { PickedFile } from "./picked-file.js";

/** @import { Bytes } from "../../lib/encoding.js" */
/** @typedef {{name: string, path: string[]}} Named path: folders */
/**
 * A file being written. `close`: nothing more is; `finish` also gives it its name, and says where it is, as the person knows it
 * ("Documents/thesis (2)").
 * @typedef {{write: (position: number, bytes: Bytes) => Promise<void>, close: () => Promise<void>, finish: () => Promise<string>, discard: () => Promise<void>}} Target
 */
/**
 * Where the person wants the files of a transfer. `end` removes what is not whole; after it, more files may be opened.
 * @typedef {{openFile: (head: Named) => Promise<Target>, makeFolder: (head: Named) => Promise<string>, end: () => Promise<void>}} Place
 */
/** @typedef {{key: string, parent: FileSystemDirectoryHandle, handle: FileSystemDirectoryHandle, sent: boolean}} Made sent: as an empty folder */

/** One tab at a time looks for a free name, and in a tab one transfer. */
const LOCK = "meeting-point-picked-folder";
const LOCK_MS = 10_000;
const locks = new TabLocks();
/** @type {Promise<unknown>} */
let claims = Promise.resolve();

/** @implements {Place} */
export class PickedFolder {
  #root;
  #mark = makeMark();
  #opened = 0;
  /** @type {Set<PickedFile>} */
  #open = new Set();
  /** Folders that this transfer made, by their path as it was sent; parents first. @type {Map<string, Promise<Made>>} */
  #made = new Map();
  /** @type {Promise<Set<string>> | null} */
  #taken = null;
  /** @type {Promise<void> | null} */
  #remembered = null;

  /** @param {FileSystemDirectoryHandle} root writable */
  constructor(root) {
    this.#root = root;
  }

  /** @param {Named} head @returns {Promise<Target>} @throws {TypeError} when the file system does not take a name @throws {DOMException} as the browser says */
  async openFile({ name, path }) {
    await this.#remember();
    const folder = await this.#folder(path);
    this.#opened += 1;
    const file = await PickedFile.open(folder, name, `${this.#mark}-${this.#opened}`);
    this.#open.add(file);
    return {
      write: (position, bytes) => file.write(position, bytes),
      close: () => file.close(),
      finish: async () => {
        await file.close();
        const there = await this.#claim((taken) => file.finish(taken), path.length === 0);
        this.#open.delete(file);
        return this.#where(path, there);
      },
      discard: () => this.#discard(file),
    };
  }

  /** @param {Named} head of an empty folder */
  async makeFolder({ name, path }) {
    await this.#remember();
    const key = keyOf([...path, name]);
    await this.#folder([...path, name]);
    const made = await /** @type {Promise<Made>} */ (this.#made.get(key));
    made.sent = true;
    return this.#where(path, made.handle.name);
  }

  /** Removes what is not whole, and folders in which nothing is. */
  async end() {
    for (const file of this.#open) await this.#discard(file);
    for (const [key, made] of [...this.#made].toReversed()) {
      const { parent, handle, sent } = await made.catch(() => ({ parent: this.#root, handle: this.#root, sent: true }));
      if (!sent && (await parent.removeEntry(handle.name).then(() => true, () => false))) this.#made.delete(key);
    }
    this.#taken = null;
    const remembered = this.#remembered;
    this.#remembered = null;
    await remembered?.then(() => leavePlace(this.#mark, this.#open.size === 0));
  }

  /** @param {PickedFile} file */
  async #discard(file) {
    if (this.#open.has(file) && (await file.discard())) this.#open.delete(file);
  }

  /** @param {string[]} path as it was sent @returns {Promise<FileSystemDirectoryHandle>} */
  async #folder(path) {
    let parent = this.#root;
    for (let depth = 1; depth <= path.length; depth += 1) {
      const key = keyOf(path.slice(0, depth));
      const known = this.#made.get(key);
      const made = known ?? this.#make(key, parent, path[depth - 1], depth === 1);
      if (!known) {
        this.#made.set(key, made);
        made.catch(() => this.#made.delete(key));
      }
      parent = (await made).handle;
    }
    return parent;
  }

  /** @param {string} key @param {FileSystemDirectoryHandle} parent @param {string} name @param {boolean} top @returns {Promise<Made>} */
  async #make(key, parent, name, top) {
    let handle = parent;
    const wanted = await takenName(parent, name);
    const make = (/** @type {Set<string>} */ taken) =>
      claimName(parent, wanted, { isFolder: true, taken }, async (free) => {
        handle = await parent.getDirectoryHandle(free, { create: true });
      });
    await this.#claim(make, top);
    if (top) await rememberPlace({ mark: this.#mark, root: this.#root, folder: handle.name });
    return { key, parent, handle, sent: false };
  }

  /** @template T @param {(taken: Set<string>) => Promise<T>} take a free name @param {boolean} top in the folder that other transfers use, too @returns {Promise<T>} */
  #claim(take, top) {
    const claimed = claims.then(async () => {
      if (!top) return take(new Set());
      const release = locks.work ? await locks.hold(LOCK, LOCK_MS) : null;
      try {
        this.#taken ??= namesIn(this.#root);
        return await take(await this.#taken);
      } finally {
        release?.();
      }
    });
    claims = claimed.catch(() => {});
    return claimed;
  }

  #remember() {
    this.#remembered ??= rememberPlace({ mark: this.#mark, root: this.#root });
    return this.#remembered;
  }

  /** @param {string[]} path @param {string} name there @returns {Promise<string>} */
  async #where(path, name) {
    const top = path.length > 0 ? (await this.#made.get(keyOf(path.slice(0, 1))))?.handle.name : name;
    return [this.#root.name, top].filter(Boolean).join("/");
  }
}

/** @param {string[]} path */
function keyOf(path) {
  return path.join("/");
}

/** Where all of them are: in one place, or in the folder that holds several. @param {string[]} places as `finish` says them */
export function commonPlace(places) {
  const [first = "", ...others] = new Set(places.filter(Boolean));
  return others.length === 0 ? first : first.split("/").slice(0, -1).join("/");
}
