/** Choosing the own picture for the background: loaded when the person wants one. */

import { formatOf } from "../../chat/picture-format.js";
import { scaleDown } from "../../media/background/scale-down.js";
import { formatSize } from "../lib/formats.js";
import { find, text } from "../lib/page.js";

/** @import { Background } from "../../media/devices/background.js" */

const MAX_BYTES = 20_000_000;

/** @type {Promise<void> | null} */
let begun = null;
let address = "";

/**
 * Makes the fields work, once. @param {Background} background @param {Iterable<HTMLElement>} fields @returns {Promise<void>}
 */
export function showPictures(background, fields) {
  begun ??= begin(background, [...fields]);
  return begun;
}

/** @param {Background} background @param {HTMLElement[]} fields */
async function begin(background, fields) {
  for (const field of fields) {
    const input = find(field, "input", HTMLInputElement);
    find(field, "button", HTMLButtonElement).addEventListener("click", () => input.click());
    input.addEventListener("change", async () => {
      const [file] = input.files ?? [];
      input.value = "";
      if (file) await take(file, background, fields);
    });
  }
  const picture = await background.loadPicture();
  showPicture(picture, fields);
  if (picture === null) showError(text("background.missing"), fields);
}

/** @param {File} file @param {Background} background @param {HTMLElement[]} fields */
async function take(file, background, fields) {
  const [error, picture] = await store(file, background);
  showError(error, fields);
  if (picture !== null) showPicture(picture, fields);
}

/** @param {File} file @param {Background} background @returns {Promise<[string, Blob | null]>} what is wrong, or the picture as it is kept */
async function store(file, background) {
  if (file.size > MAX_BYTES) return [text("background.too-large", { size: formatSize(MAX_BYTES) }), null];
  const format = await formatOf(file).catch(() => null);
  const bitmap = format && (await createImageBitmap(file).catch(() => null));
  if (!bitmap) return [text("background.not-a-picture"), null];
  try {
    const picture = await scaleDown(bitmap);
    await background.usePicture(picture);
    return ["", picture];
  } catch {
    return [text("background.not-stored"), null];
  }
}

/** @param {string} message empty: none @param {HTMLElement[]} fields */
function showError(message, fields) {
  for (const field of fields) {
    const error = find(field, ".field__error", HTMLElement);
    error.hidden = message === "";
    error.textContent = message;
  }
}

/** @param {Blob | null} picture @param {HTMLElement[]} fields */
function showPicture(picture, fields) {
  if (address !== "") URL.revokeObjectURL(address);
  address = picture ? URL.createObjectURL(picture) : "";
  for (const field of fields) {
    const thumb = find(field, "img", HTMLImageElement);
    thumb.hidden = picture === null;
    if (picture) thumb.src = address;
  }
}
