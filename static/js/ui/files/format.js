/** Names files. */

import { formatSize } from "../lib/formats.js";
import { text } from "../lib/page.js";

/** @import { Transfer } from "../../files/protocol/transfer.js" */

/** Names the only file of a transfer, or counts its files. @param {Transfer} transfer @returns {string} */
export function formatFiles({ count, bytes, entries }) {
  const size = formatSize(bytes);
  return count === 1 ? text("files.what.one", { name: entries[0].head.name, size }) : text("files.what.many", { count, size });
}
