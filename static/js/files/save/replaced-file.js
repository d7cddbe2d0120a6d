/**
 * The one file that the person named in the browser's dialog, which has asked whether it may replace another. It has its new content
 * only once whole: the browser writes beside it until then.
 */

import { leavePlace, makeMark, rememberPlace } from "./leftovers.js";

/** @import { Place, Target } from "./picked-folder.js" */

/** @implements {Place} */
export class ReplacedFile {
  #handle;
  #mark = makeMark();
  /** The browser has made the file, and nothing is in it yet. */
  #isNew = false;
  /** @type {FileSystemWritableFileStream | null} */
  #stream = null;

  /** @param {FileSystemFileHandle} handle */
  constructor(handle) {
    this.#handle = handle;
  }

  /** @returns {Promise<Target>} */
  async openFile() {
    this.#isNew = (await this.#handle.getFile()).size === 0;
    if (this.#isNew) await rememberPlace({ mark: this.#mark, root: this.#handle });
    const stream = (this.#stream = await this.#handle.createWritable());
    const close = async () => {
      if (this.#stream === stream) await stream.close();
      this.#stream = null;
    };
    return {
      write: (position, bytes) => stream.write({ type: "write", position, data: bytes }),
      close,
      finish: async () => {
        await close();
        if (this.#isNew) await leavePlace(this.#mark);
        this.#isNew = false;
        return this.#handle.name;
      },
      discard: () => stream.abort().catch(() => {}),
    };
  }

  /** @returns {Promise<never>} */
  async makeFolder() {
    throw new DOMException("one file was picked", "InvalidStateError");
  }

  async end() {
    await this.#stream?.abort().catch(() => {});
    this.#stream = null;
    if (!this.#isNew) return;
    this.#isNew = false;
    await /** @type {any} */ (this.#handle).remove?.().catch(() => {});
    await leavePlace(this.#mark);
  }
}
