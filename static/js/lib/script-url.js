/** URLs of worker scripts, which the site's Trusted Types policy must allow by name. */

import { SCRIPTS } from "./script-folder.js";

/** Its folder is the service worker's scope. */
export const SERVICE_WORKER = "/files/service-worker.js";

/** Workers of pages, below the folder of scripts. */
const WORKERS = Object.freeze(["files/storage/store-worker.js", "media/background/worker.js", "media/encode-once/worker.js"]);

/** @type {{createScriptURL: (url: string) => string} | null} */
let policy = null;

/** @param {URL} url one of these workers, or the service worker @returns {string} @throws {TypeError} for any other */
export function scriptUrl(url) {
  const types = /** @type {any} */ (globalThis).trustedTypes;
  if (!types) return url.href;
  const allowed = (/** @type {string} */ address) =>
    WORKERS.some((name) => address === `${SCRIPTS}${name}`) || address === new URL(SERVICE_WORKER, location.origin).href;
  policy ??= types.createPolicy("workers", {
    createScriptURL(/** @type {string} */ address) {
      if (!allowed(address)) throw new TypeError("not a worker of this site");
      return address;
    },
  });
  return /** @type {{createScriptURL: (url: string) => string}} */ (policy).createScriptURL(url.href);
}
