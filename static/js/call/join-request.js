/**
 * A person's wish to join at once, for the next page of this tab: a card or a page with *Join* notes it and goes to the call page.
 * It is never in the address, because a foreign link must not put anyone into a call.
 */

import { tabStorage } from "../lib/storage.js";

const STORAGE_KEY = "meeting-point.join";
const LIFE_MS = 60_000;

/**
 * @typedef {object} JoinRequest
 * @property {boolean} microphone whether to switch it on
 * @property {boolean} camera
 * @property {string} [name] as typed already
 * @property {boolean} [prepared] the person saw the page before the call, and chose
 */

/** @param {string} slug the room's @param {JoinRequest} [wanted] */
export function requestJoin(slug, wanted = { microphone: true, camera: true }) {
  tabStorage.save(STORAGE_KEY, JSON.stringify({ ...wanted, slug, until: Date.now() + LIFE_MS }));
}

/** Returns the wish once. @param {string} slug @returns {JoinRequest | null} null when there is none, or for another room */
export function takeJoinRequest(slug) {
  const kept = tabStorage.load(STORAGE_KEY);
  tabStorage.save(STORAGE_KEY, null);
  try {
    const request = JSON.parse(kept ?? "null");
    if (request?.slug !== slug || !(request.until >= Date.now())) return null;
    const { microphone, camera, name, prepared } = request;
    const typed = typeof name === "string" ? { name } : {};
    return { ...typed, microphone: microphone === true, camera: camera === true, prepared: prepared === true };
  } catch {
    return null;
  }
}

/** Whether the browser opens the devices without a question. False where it does not say. @param {JoinRequest} wanted */
export async function areAllowed({ microphone, camera }) {
  const names = [microphone && "microphone", camera && "camera"].filter((name) => name !== false);
  try {
    const found = await Promise.all(names.map((name) => navigator.permissions.query({ name: /** @type {PermissionName} */ (name) })));
    return found.every(({ state }) => state === "granted");
  } catch {
    return false;
  }
}
