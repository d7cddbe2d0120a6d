/** Saves received files. The page never opens a file, and saves none for which no button was pressed. */

/** @import { Transfer } from "../../files/protocol/transfer.js" */
/** @import { Destination } from "../../files/receive/destination.js" */

/** Asks where to save the files of an offer. @param {Transfer} transfer @returns {Promise<Destination | null>} null: cancelled */
export async function chooseDestination({ count, entries }) {
  const pickers = /** @type {any} */ (globalThis);
  try {
    if (count > 1) return { kind: "folder", handle: await pickers.showDirectoryPicker({ mode: "readwrite" }) };
    return { kind: "file", handle: await pickers.showSaveFilePicker({ suggestedName: entries[0].head.name }) };
  } catch {
    return null;
  }
}

/** Adds all received files to the browser's downloads. @param {Transfer} transfer @returns {Promise<boolean>} whether there were any */
export async function saveAll({ entries }) {
  const received = entries.filter(({ result }) => result !== null);
  for (const { head, result } of received) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(/** @type {Blob} */ (result));
    link.download = head.name;
    link.click();
    // The browser opens the file after the click; a minute is enough, and closing the tab frees it anyway.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    // Browsers drop downloads that start at the same moment.
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return received.length > 0;
}
