/** Saves the receipt of a call as a text file, when its button was pressed. */

import { safeName } from "../../files/protocol/safe-name.js";
import { stamp } from "../files/pasted.js";
import { saveEntries } from "../files/save-files.js";
import { text } from "../lib/page.js";

/** @param {string[]} lines @param {{room: string, at: Date}} call */
export async function saveReceipt(lines, { room, at }) {
  const blob = new Blob([`${lines.map((line) => line.replace(/\s+/g, " ")).join("\n")}\n`], { type: "text/plain" });
  const name = safeName(text("receipt.name", { room, date: stamp(at) }));
  await saveEntries([{ name, path: [], modified: Date.now(), folder: false, blob }], room);
}
