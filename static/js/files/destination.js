/**
 * Where the files of a transfer go, and what is opened there for each of them.
 *
 * @module
 */

import { handleSink, memorySink, storeSink } from "./sinks.js";
import { store } from "./store.js";

/** @typedef {import("./messages.js").FileHead} FileHead */
/** @typedef {import("./sinks.js").Sink} Sink */
/**
 * `store` keeps them until they are saved, `file` and `folder` write to what was chosen.
 *
 * @typedef {{kind: "store"} | {kind: "file", handle: FileSystemFileHandle} | {kind: "folder", handle: FileSystemDirectoryHandle}} Destination
 */

/**
 * Opens the place of a file.
 *
 * @param {Destination} destination
 * @param {FileHead} head
 * @param {{key: string, batch: string}} names of its folder in the store, and of the files that came with it
 * @returns {Promise<Sink>}
 * @throws {DOMException} when there is no room for it
 */
export async function openSink(destination, head, { key, batch }) {
  if (destination.kind === "file") return handleSink(head, destination.handle);
  if (destination.kind === "folder") {
    let folder = destination.handle;
    for (const part of head.path) folder = await folder.getDirectoryHandle(part, { create: true });
    return handleSink(head, await folder.getFileHandle(head.name, { create: true }));
  }
  if (!(await store.works()) || (await store.room()) < head.size) return memorySink(head);
  return storeSink(store, head, key, { batch, name: head.name, at: Date.now() }).catch(() => memorySink(head));
}
