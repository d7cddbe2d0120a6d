/** Puts a text on the clipboard, also one that is still being made. */

/**
 * Safari allows it only within the press itself, so a text that comes later is handed over as a promise.
 * @param {string | Promise<string>} text @returns {Promise<boolean>} false: the browser did not allow it, or there was no text
 */
export async function copyText(text) {
  try {
    if (typeof text === "string" || typeof ClipboardItem === "undefined") await navigator.clipboard.writeText(await text);
    else await navigator.clipboard.write([new ClipboardItem({ "text/plain": blobOf(text) })]);
    return true;
  } catch {
    return false;
  }
}

/** @param {Promise<string>} text */
async function blobOf(text) {
  return new Blob([await text], { type: "text/plain" });
}
