/** What only a call needs of its page, loaded beside the modules of the call: texts, panels and dialogs (later.html). */

import { loadDocument } from "../../lib/request.js";
import { addTexts, byId, find } from "../lib/page.js";

/** @type {Promise<void> | null} */
let loading = null;

/** Adds them to the page, once. A later call tries again what failed. @returns {Promise<void>} @throws {TypeError} they did not come */
export async function loadCallParts() {
  loading ??= loadDocument(byId("call-parts", HTMLLinkElement).href).then(addParts);
  loading.catch(() => (loading = null));
  return loading;
}

/** @param {Document} parts */
function addParts(parts) {
  const part = (/** @type {string} */ name) => document.importNode(find(parts, `#later-${name}`, HTMLTemplateElement).content, true);
  addTexts(part("strings"));
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("template[data-later]"))) {
    place.replaceWith(part(place.dataset.later ?? ""));
  }
}
