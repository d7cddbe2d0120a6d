/** Reads files in pieces, in order, and a few pieces ahead: opening a small file takes longer than reading it. */

/** @import { Bytes } from "../../lib/encoding.js" */
/** @typedef {{name: string, path: string[], modified: number, folder: boolean, blob: Blob | null}} SavedEntry path: folders; blob: null for a folder */
/** @typedef {{entry: SavedEntry, first: boolean, last: boolean}} Place of a piece in its file */

const PIECE = 1_000_000;
const AHEAD = Object.freeze({ bytes: 4_000_000, pieces: 32 });

/**
 * @param {SavedEntry[]} entries @returns {AsyncGenerator<Place & {bytes: Bytes}>} at least one piece of each entry
 * @throws {DOMException} NotReadableError: its message is the path of the file
 */
export async function* readAhead(entries) {
  /** @type {(Place & {size: number, bytes: Promise<Bytes>})[]} */
  const ahead = [];
  let waiting = 0;
  for (const { size, ...piece } of pieces(entries)) {
    ahead.push({ ...piece, size });
    waiting += size;
    while (ahead.length >= AHEAD.pieces || waiting > AHEAD.bytes) {
      const next = /** @type {typeof ahead[0]} */ (ahead.shift());
      waiting -= next.size;
      yield { ...next, bytes: await next.bytes };
    }
  }
  for (const next of ahead) yield { ...next, bytes: await next.bytes };
}

/** @param {SavedEntry[]} entries @returns {Generator<Place & {size: number, bytes: Promise<Bytes>}>} */
function* pieces(entries) {
  for (const entry of entries) {
    const size = entry.blob?.size ?? 0;
    for (let from = 0; from === 0 || from < size; from += PIECE) {
      const end = Math.min(size, from + PIECE);
      const bytes = read(entry, from, end);
      // An error counts when it is the piece's turn.
      bytes.catch(() => {});
      yield { entry, first: from === 0, last: end === size, size: end - from, bytes };
    }
  }
}

/** @param {SavedEntry} entry @param {number} from @param {number} end @returns {Promise<Bytes>} */
async function read({ blob, path, name }, from, end) {
  if (blob === null || end === from) return new Uint8Array(0);
  try {
    return new Uint8Array(await blob.slice(from, end).arrayBuffer());
  } catch {
    throw new DOMException([...path, name].join("/"), "NotReadableError");
  }
}
