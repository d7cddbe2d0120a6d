/** The page's side of `store-worker.js`. */

import { SCRIPTS } from "../../lib/script-folder.js";
import { scriptUrl } from "../../lib/script-url.js";

const ROOT = "incoming";

/** @typedef {{resolve: (value: any) => void, reject: (error: unknown) => void}} Waiting */

export class Store {
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();
  #calls = 0;
  /** @type {Promise<boolean> | null} */
  #able = null;

  /** Whether this browser can store files (not in private windows of Firefox). */
  works() {
    this.#able ??= this.#isAble().catch(() => false);
    return this.#able;
  }

  /** @returns {Promise<boolean>} */
  async #isAble() {
    await this.room();
    return this.ask("able", []);
  }

  /** @returns {Promise<number>} bytes of free room */
  async room() {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    return Math.max(0, quota - usage);
  }

  /**
   * @param {"able" | "open" | "write" | "finish" | "close" | "remove" | "list" | "sizes"} act @param {unknown[]} values
   * @param {Transferable[]} [transfer] @returns {Promise<any>}
   * @throws {DOMException} NoModificationAllowedError: open elsewhere; QuotaExceededError: no room
   */
  ask(act, values, transfer = []) {
    this.#worker ??= this.#start();
    this.#calls += 1;
    const call = this.#calls;
    this.#worker.postMessage({ call, act, values }, transfer);
    return new Promise((resolve, reject) => this.#waiting.set(call, { resolve, reject }));
  }

  /** @returns {Promise<string[]>} the keys of everything in the store */
  list() {
    return this.ask("list", []);
  }

  /** @param {string[]} keys of partial files @returns {Promise<number[]>} bytes on disk, where the last piece counts as a full one */
  async sizes(keys) {
    return keys.length > 0 ? this.ask("sizes", [keys]) : [];
  }

  /** @param {string[]} keys @returns {Promise<string[]>} those that another tab has open, which stay */
  async remove(keys) {
    return keys.length > 0 ? this.ask("remove", [keys]) : [];
  }

  /** Opens a complete file. @param {string} key @returns {Promise<File>} */
  async file(key) {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT);
    return (await (await folder.getDirectoryHandle(key)).getFileHandle("data")).getFile();
  }

  #start() {
    const worker = new Worker(scriptUrl(new URL("files/storage/store-worker.js", SCRIPTS)), { type: "module" });
    worker.addEventListener("message", ({ data: { call, result, error } }) => {
      const waiting = this.#waiting.get(call);
      this.#waiting.delete(call);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(new DOMException(error, error));
    });
    return worker;
  }
}

/** The store of this page; its worker starts with the first call. */
export const store = new Store();
