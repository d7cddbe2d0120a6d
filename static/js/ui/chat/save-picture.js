/** Puts a picture of the chat into the browser's downloads, when a button was pressed. */

import { nameFor } from "../../chat/picture-format.js";
import { saveEntries } from "../files/save-files.js";
import { displayName } from "../people/display-name.js";

/** @import { SharedPicture } from "../../chat/shared-picture.js" */

/** @param {SharedPicture} picture @returns {Promise<boolean>} whether the browser has taken it */
export async function savePicture({ blob, format, name, entry }) {
  if (blob === null) return false;
  const saved = { name: format ? nameFor(name, format) : name, path: [], modified: entry.time, folder: false, blob };
  return (await saveEntries([saved], displayName(entry.name))) !== null;
}
