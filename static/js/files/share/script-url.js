/** Addresses that may be run as workers: the site's policy (Trusted Types) wants it said in so many words. */

/** Where the service worker is: it rules over the folder that it lies in. */
export const SERVICE_WORKER = "/files/service-worker.js";

/** @type {{createScriptURL: (url: string) => string} | null} */
let policy = null;

/**
 * Says that an address may be run as a script. Only the scripts of the folder above and the service worker are.
 * @param {URL} url
 * @returns {string}
 * @throws {TypeError} for any other
 */
export function scriptUrl(url) {
  const types = /** @type {any} */ (globalThis).trustedTypes;
  if (!types) return url.href;
  const allowed = (/** @type {string} */ address) =>
    address.startsWith(new URL("../", import.meta.url).href) || address === new URL(SERVICE_WORKER, location.origin).href;
  policy ??= types.createPolicy("files", {
    createScriptURL(/** @type {string} */ address) {
      if (!allowed(address)) throw new TypeError("not a script of this site's files");
      return address;
    },
  });
  return /** @type {{createScriptURL: (url: string) => string}} */ (policy).createScriptURL(url.href);
}
