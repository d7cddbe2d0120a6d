/**
 * A person's wish to join at once, for the next page of this tab: a card or a page with *Join* notes it and goes to the call page.
 * It is never in the address, because a foreign link must not put anyone into a call.
 */

import { tabStorage } from "../lib/storage.js";

const STORAGE_KEY = "meeting-point.join";
const LIFE_MS = 60_000;

/** @typedef {{microphone: boolean, camera: boolean}} WantedDevices */

/** @param {string} slug the room's @param {WantedDevices} [devices] what to switch on */
export function requestJoin(slug, { microphone, camera } = { microphone: true, camera: true }) {
  tabStorage.save(STORAGE_KEY, JSON.stringify({ slug, microphone, camera, until: Date.now() + LIFE_MS }));
}

/** Returns the wish once. @param {string} slug @returns {WantedDevices | null} null when there is none, or for another room */
export function takeJoinRequest(slug) {
  const kept = tabStorage.load(STORAGE_KEY);
  tabStorage.save(STORAGE_KEY, null);
  try {
    const request = JSON.parse(kept ?? "null");
    if (request?.slug !== slug || !(request.until >= Date.now())) return null;
    return { microphone: request.microphone === true, camera: request.camera === true };
  } catch {
    return null;
  }
}

/** Whether the browser opens the devices without a question. False where it does not say. @param {WantedDevices} wanted */
export async function areAllowed({ microphone, camera }) {
  const names = [microphone && "microphone", camera && "camera"].filter((name) => name !== false);
  try {
    const found = await Promise.all(names.map((name) => navigator.permissions.query({ name: /** @type {PermissionName} */ (name) })));
    return found.every(({ state }) => state === "granted");
  } catch {
    return false;
  }
}
