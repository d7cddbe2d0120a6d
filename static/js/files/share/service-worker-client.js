/** The page's side of `service-worker.js`. */

import { SERVICE_WORKER, scriptUrl } from "../../lib/script-url.js";

const SCOPE = "/files/";
const READY_MS = 10_000;

/**
 * Registers the service worker and waits until it is active.
 * @returns {Promise<ServiceWorker>} @throws {Error} when there is none: an old browser, some private windows, blocked cookies
 */
export async function readyServiceWorker() {
  const registration = await navigator.serviceWorker.register(scriptUrl(new URL(SERVICE_WORKER, location.origin)), { scope: SCOPE });
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  if (!worker) throw new Error("no service worker");
  if (worker.state === "activated") return worker;
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("the service worker does not start")), READY_MS);
    worker.addEventListener("statechange", () => {
      if (worker.state === "redundant") reject(new Error("the service worker did not start"));
      if (worker.state === "activated") resolve(worker);
      else return;
      clearTimeout(late);
    });
  });
}

/** Whether the browser has service workers (not in private windows of Firefox before 141, and only over HTTPS). */
export function hasServiceWorker() {
  return "serviceWorker" in navigator;
}
