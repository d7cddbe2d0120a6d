/** Reads the edges of selected files before they are offered, a few at a time, and finds those that cannot be read. */

import { makeMetadata } from "../protocol/metadata.js";

/** @import { OfferedFile } from "../protocol/messages.js" */
/** @import { SelectedFile } from "../protocol/metadata.js" */

/** Files read at once: each takes up to two megabytes of memory. */
const AT_ONCE = 6;

/** @param {SelectedFile[]} chosen @returns {Promise<OfferedFile[]>} in the same order @throws {DOMException} when one of them cannot be read */
export async function offeredFiles(chosen) {
  const results = await eachOf(chosen, makeMetadata);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

/**
 * @template Item, Result
 * @param {readonly Item[]} items @param {(item: Item) => Promise<Result>} act @returns {Promise<PromiseSettledResult<Result>[]>} in the same order
 */
export async function eachOf(items, act) {
  /** @type {PromiseSettledResult<Result>[]} */
  const results = new Array(items.length);
  const rest = items.entries();
  const work = async () => {
    for (const [at, item] of rest) [results[at]] = await Promise.allSettled([act(item)]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}
