/** Names files. */

import { safeName } from "../../files/protocol/safe-name.js";
import { formatSize } from "../lib/formats.js";
import { text } from "../lib/page.js";

/** @import { SelectedFile } from "../../files/protocol/metadata.js" */
/** @import { Transfer } from "../../files/protocol/transfer.js" */

/** Names the only file of a transfer, or counts its files. @param {Transfer} transfer @returns {string} */
export function formatFiles({ entries }) {
  return formatHeads(entries.map(({ head }) => head));
}

/** Names the only file, or counts the files. @param {readonly SelectedFile[]} chosen @returns {string} */
export function formatSelection(chosen) {
  return formatHeads(chosen.map(({ file: { name, size }, folder = false }) => ({ name: safeName(name), size, folder })));
}

/** @param {{name: string, size: number, folder: boolean}[]} heads folder: an empty one @returns {string} */
function formatHeads(heads) {
  const files = heads.filter(({ folder }) => !folder);
  const size = formatSize(files.reduce((sum, head) => sum + head.size, 0));
  const [folders, count] = [heads.length - files.length, files.length];
  if (heads.length === 1) return text(folders ? "files.what.folder" : "files.what.one", { name: heads[0].name, size });
  const counted = count === 0 ? "" : text(count === 1 ? "files.what.some.one" : "files.what.many", { count, size });
  if (folders === 0) return counted;
  const empty = text(folders === 1 ? "files.what.folders.one" : "files.what.folders.many", { count: folders });
  return counted === "" ? empty : text("files.what.both", { files: counted, folders: empty });
}
