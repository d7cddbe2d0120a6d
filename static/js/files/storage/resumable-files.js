/** Partial files in the store from an earlier visit. */

import { store } from "./store.js";

/** Older files are removed at the next visit. */
const KEPT_MS = 24 * 3600_000;

/** @typedef {{batch: string, at: number}} About batch: key of the offer; at: ms since 1970 */

export class ResumableFiles {
  #known = this.#tidy();

  /** @param {string} key */
  async has(key) {
    return (await this.#known).has(key);
  }

  /** Whether one of these files was accepted before, in the same offer. @param {string[]} keys @param {string} batch */
  async hasBatch(keys, batch) {
    const known = await this.#known;
    return keys.some((key) => known.get(key)?.batch === batch);
  }

  refresh() {
    this.#known = list();
  }

  async #tidy() {
    const known = await list();
    for (const [key, { at }] of known) {
      if (Date.now() - at < KEPT_MS) continue;
      known.delete(key);
      await store.ask("remove", [key]);
    }
    return known;
  }
}

/** @returns {Promise<Map<string, About>>} */
async function list() {
  if (!(await store.works())) return new Map();
  const found = /** @type {{key: string, about: string}[]} */ (await store.ask("list", []).catch(() => []));
  return new Map(found.map(({ key, about }) => [key, readAbout(about)]));
}

/** @param {string} about @returns {About} */
function readAbout(about) {
  try {
    const { batch, at } = JSON.parse(about);
    return { batch: String(batch), at: Number(at) || 0 };
  } catch {
    return { batch: "", at: 0 };
  }
}
