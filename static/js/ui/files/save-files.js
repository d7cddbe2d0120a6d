/** Saving what came. Nothing is ever opened, and nothing saved without a press. */

/** @import { Transfer } from "../../files/protocol/transfer.js" */
/** @import { Destination } from "../../files/receive/destination.js" */

/**
 * Asks where the files of an offer go.
 * @param {Transfer} transfer
 * @returns {Promise<Destination | null>} null when the person thought better of it
 */
export async function chooseDestination({ count, entries }) {
  const pickers = /** @type {any} */ (globalThis);
  try {
    if (count > 1) return { kind: "folder", handle: await pickers.showDirectoryPicker({ mode: "readwrite" }) };
    return { kind: "file", handle: await pickers.showSaveFilePicker({ suggestedName: entries[0].head.name }) };
  } catch {
    return null;
  }
}

/** Hands everything that came to the browser's downloads. @param {Transfer} transfer */
export async function saveAll({ entries }) {
  for (const { head, result } of entries) {
    if (result === null) continue;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(result);
    link.download = head.name;
    link.click();
    // The browser reads the file after the press; a minute is enough for it to open it, and the tab's end frees it anyway.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    // Browsers drop downloads that come in one stroke.
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}
