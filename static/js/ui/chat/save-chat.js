/** Saves the chat as a text file, when its button was pressed. */

import { writeTranscript } from "../../chat/transcript.js";
import { safeName } from "../../files/protocol/safe-name.js";
import { stamp } from "../files/pasted.js";
import { saveEntries } from "../files/save-files.js";
import { displayName } from "../people/display-name.js";
import { text } from "../lib/page.js";
import { toast } from "../lib/toasts.js";
import { authorText, onlyText } from "./chat-message.js";

/** @import { Entry } from "../../chat/log.js" */

/** @param {readonly Entry[]} entries @param {string} room its name @returns {Promise<boolean>} whether the browser has taken it */
export async function saveChat(entries, room) {
  if (entries.length === 0) {
    toast(text("chat.save.none"));
    return false;
  }
  const now = new Date();
  const words = {
    time: stamp,
    author: authorText,
    marks: (/** @type {Entry} */ entry) => [onlyText(entry), entry.version > 0 && !entry.deleted && text("chat.changed"), entry.from && text("chat.from", { name: displayName(entry.from) })].filter(Boolean).join(", "),
    picture: (/** @type {{name: string}} */ { name }) => text("chat.save.picture", { name }),
    deleted: text("chat.deleted"),
  };
  const title = text("chat.save.title", { room, date: stamp(now) });
  const blob = new Blob([writeTranscript(entries, title, words)], { type: "text/plain" });
  const name = safeName(text("chat.save.name", { room, date: stamp(now) }));
  return (await saveEntries([{ name, path: [], modified: now.getTime(), folder: false, blob }], room)) !== null;
}
