/** Where the files of a transfer go, and what is opened there for each of them. */

import { MEMORY_LIMIT, handleSink, memorySink, storeSink } from "../storage/sinks.js";
import { store } from "../storage/store.js";
import { streamSink, streams } from "../storage/stream-sink.js";

/** Bytes that go to memory rather than straight to the downloads. */
const SMALL = 32_000_000;

/** @import { FileMetadata } from "../protocol/messages.js" */
/** @import { Sink } from "../storage/sinks.js" */
/**
 * `store` keeps them until they are saved, `file` and `folder` write to what was chosen.
 * @typedef {{kind: "store"} | {kind: "file", handle: FileSystemFileHandle} | {kind: "folder", handle: FileSystemDirectoryHandle}} Destination
 */

/**
 * Opens the place of a file.
 * @param {Destination} destination
 * @param {FileMetadata} head
 * @param {{key: string, batch: string, kept: boolean}} names of its folder in the store, and of the files that came with it; kept:
 *   whether a part of it is in the store
 * @returns {Promise<Sink>}
 * @throws {DOMException} when there is no room for it
 */
export async function openSink(destination, head, { key, batch, kept }) {
  if (destination.kind === "file") return handleSink(head, destination.handle);
  if (destination.kind === "folder") {
    let folder = destination.handle;
    for (const part of head.path) folder = await folder.getDirectoryHandle(part, { create: true });
    return handleSink(head, await folder.getFileHandle(head.name, { create: true }));
  }
  // What is there already is in the way of nothing, and is not begun again somewhere else.
  const elsewhere = () => (kept ? memorySink(head) : openTransientSink(head));
  if (!(await store.works()) || (!kept && (await store.room()) < head.size)) return elsewhere();
  return storeSink(store, head, key, { batch, name: head.name, at: Date.now() }).catch(elsewhere);
}

/** Bytes that a file may have when this browser keeps nothing of it on its disk. */
export function maxWithoutStore() {
  return streams() ? Infinity : MEMORY_LIMIT;
}

/**
 * Opens a place for a file of which nothing can be kept: a small one in memory, where it waits for *Save*; a large one goes
 * to the browser's downloads while it comes.
 * @param {FileMetadata} head @returns {Promise<Sink>}
 */
async function openTransientSink(head) {
  const early = head.size <= SMALL || !streams() ? attempt(() => memorySink(head)) : null;
  if (early) return early;
  return streamSink(head).catch(() => memorySink(head));
}

/**
 * @param {() => Sink} open
 * @returns {Sink | null} null when there is no room
 */
function attempt(open) {
  try {
    return open();
  } catch {
    return null;
  }
}
