/** URLs of worker scripts, which the site's Trusted Types policy must allow by name. */

import { SCRIPTS } from "../../lib/script-folder.js";

/** Its folder is the service worker's scope. */
export const SERVICE_WORKER = "/files/service-worker.js";

/** @type {{createScriptURL: (url: string) => string} | null} */
let policy = null;

/** @param {URL} url a script of the folder above, or the service worker @returns {string} @throws {TypeError} for any other */
export function scriptUrl(url) {
  const types = /** @type {any} */ (globalThis).trustedTypes;
  if (!types) return url.href;
  const allowed = (/** @type {string} */ address) =>
    address.startsWith(`${SCRIPTS}files/`) || address === new URL(SERVICE_WORKER, location.origin).href;
  policy ??= types.createPolicy("files", {
    createScriptURL(/** @type {string} */ address) {
      if (!allowed(address)) throw new TypeError("not a script of this site's files");
      return address;
    },
  });
  return /** @type {{createScriptURL: (url: string) => string}} */ (policy).createScriptURL(url.href);
}
