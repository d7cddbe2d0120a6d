/** Lets files wait for a person who is away, and says in a sentence whether they do. */

import { prepareFiles } from "../../files/send/selection.js";
import { NotAnnounced } from "../../waiting/waiting-files.js";
import { NoRoom } from "../../waiting/waiting-store.js";
import { byId, textsOf } from "../lib/page.js";

/** @import { SelectedFile } from "../../files/protocol/metadata.js" */
/** @import { WaitingFiles } from "../../waiting/waiting-files.js" */

/**
 * @param {WaitingFiles} waiting @param {SelectedFile[]} chosen at least one @param {{member: string, name: string}} person who is away
 * @returns {Promise<{message: string, kept: boolean}>} kept: the files wait
 */
export async function sendLater(waiting, chosen, person) {
  const words = laterWords();
  const { name } = person;
  try {
    const { left } = await prepareFiles(chosen);
    if (left.length > 0) return { message: words("later.unreadable", { file: left[0].name }), kept: false };
    await waiting.add(chosen, person);
    return { message: words("later.kept", { name }), kept: true };
  } catch (error) {
    if (error instanceof NoRoom) return { message: words("later.no-room", { name }), kept: false };
    const why = error instanceof NotAnnounced ? error.message || words("later.not-allowed") : words("later.unknown");
    return { message: words("later.refused", { name, why }), kept: false };
  }
}

/** The texts of `rooms/_waiting.html`. */
export function laterWords() {
  return textsOf(byId("waiting-files", HTMLElement));
}
