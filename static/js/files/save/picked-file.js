/** A file on its way into a picked folder: below a temporary name until it is whole. */

import { splitForNumber } from "../protocol/safe-name.js";
import { claimName, takenName } from "./free-name.js";

/** @import { Bytes } from "../../lib/encoding.js" */

/** Bytes of the end of a temporary name. */
const END_BYTES = 32;
const TEMPORARY = ".part";

export class PickedFile {
  #folder;
  #name;
  #handle;
  /** @type {FileSystemWritableFileStream | null} null: closed */
  #stream;

  /** @param {FileSystemDirectoryHandle} folder @param {string} name for the whole file @param {FileSystemFileHandle} handle @param {FileSystemWritableFileStream} stream */
  constructor(folder, name, handle, stream) {
    this.#folder = folder;
    this.#name = name;
    this.#handle = handle;
    this.#stream = stream;
  }

  /**
   * @param {FileSystemDirectoryHandle} folder @param {string} name @param {string} mark part of the temporary name, unique in this browser
   * @returns {Promise<PickedFile>} @throws {TypeError} when the file system does not take this name @throws {DOMException} as the browser says
   */
  static async open(folder, name, mark) {
    // A name that is refused must fail now and not after the last byte.
    const taken = await takenName(folder, name);
    const temporary = `${splitForNumber(taken, END_BYTES, true).start}.${mark}${TEMPORARY}`;
    const handle = await folder.getFileHandle(temporary, { create: true });
    try {
      return new PickedFile(folder, taken, handle, await handle.createWritable());
    } catch (error) {
      await folder.removeEntry(temporary).catch(() => {});
      throw error;
    }
  }

  /** @param {number} position @param {Bytes} bytes */
  async write(position, bytes) {
    await this.#stream?.write({ type: "write", position, data: bytes });
  }

  /** Nothing more is written. */
  async close() {
    await this.#stream?.close();
    this.#stream = null;
  }

  /**
   * Gives the whole file its name. @param {Set<string>} taken folded names, beside those that exist; the new one is added
   * @returns {Promise<string>} the name, perhaps with a number
   */
  async finish(taken) {
    await this.close();
    return claimName(this.#folder, this.#name, { isFolder: false, taken }, (name) => this.#rename(name));
  }

  /** Removes what there is of it. @returns {Promise<boolean>} whether nothing is left; else it can be tried again */
  async discard() {
    await this.#stream?.abort().catch(() => {});
    this.#stream = null;
    return this.#folder.removeEntry(this.#handle.name).then(() => true, ({ name }) => name === "NotFoundError");
  }

  /** @param {string} name */
  async #rename(name) {
    const handle = /** @type {FileSystemFileHandle & {move?: (name: string) => Promise<void>}} */ (this.#handle);
    // Chromium renames files outside of its private file system since version 110, and not on every system.
    const moved = await handle.move?.(name).then(() => true, () => false);
    if (moved) return;
    const temporary = handle.name;
    const whole = await this.#folder.getFileHandle(name, { create: true });
    try {
      await (await handle.getFile()).stream().pipeTo(await whole.createWritable());
    } catch (error) {
      await this.#folder.removeEntry(name).catch(() => {});
      throw error;
    }
    await this.#folder.removeEntry(temporary).catch(() => {});
  }
}
