/** Opens the sink of a file at the destination that the person chose. */

import { MEMORY_LIMIT, folderSink, memorySink, pickedSink, storeSink } from "../storage/sinks.js";
import { store } from "../storage/store.js";
import { streamSink, streams } from "../storage/stream-sink.js";

/** Bytes up to which a file is kept in memory rather than streamed to the downloads. */
const SMALL = 32_000_000;

/** @import { FileMetadata } from "../protocol/messages.js" */
/** @import { Place } from "../save/picked-folder.js" */
/** @import { Sink } from "../storage/sinks.js" */
/**
 * `store` keeps files until they are saved; `picked` is written directly; `memory` leaves no trace on the disk.
 * @typedef {{kind: "store"} | {kind: "memory"} | {kind: "picked", place: Place}} Destination
 */

/**
 * @param {Destination} destination @param {FileMetadata} head
 * @param {{key: string, kept: boolean}} names key in the store, empty if the browser keeps nothing; kept: a part is stored
 * @returns {Promise<Sink>} @throws {DOMException} when there is no room
 */
export async function openSink(destination, head, { key, kept }) {
  if (destination.kind === "picked") return pickedSink(head, destination.place);
  if (head.folder) return folderSink();
  if (destination.kind === "memory") return memorySink(head);
  // A partial file needs no more room, and must not be streamed from the beginning.
  const elsewhere = () => (kept ? memorySink(head) : openTransientSink(head));
  if (key === "" || (!kept && (await store.room()) < head.size)) return elsewhere();
  return storeSink(store, head, key).catch(elsewhere);
}

/** Bytes a file may have when this browser has no store. */
export function maxWithoutStore() {
  return streams() ? Infinity : MEMORY_LIMIT;
}

/** Cannot resume: small files stay in memory until *Save*, large ones go to the downloads. @param {FileMetadata} head */
async function openTransientSink(head) {
  const early = head.size <= SMALL || !streams() ? attempt(() => memorySink(head)) : null;
  if (early) return early;
  return streamSink(head).catch(() => memorySink(head));
}

/** @param {() => Sink} open @returns {Sink | null} null when there is no room */
function attempt(open) {
  try {
    return open();
  } catch {
    return null;
  }
}
