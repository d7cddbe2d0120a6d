/**
 * The socket of a room, opened before there is anything to say on it: three round trips that need not wait for keys and modules.
 * `static/early.js` opens one when *Join* was pressed before the modules were there. A server closes a socket on which no one joins
 * within ten seconds, so it is opened on a person's wish to join, and not before.
 */

/** @import { Enter } from "./wire.js" */

const OPENED = "earlySocket";
/** For guests who redeem an invite link meanwhile: the room is named on it. */
export const GUEST_PATH = "/ws/guests";
/** Which room's socket one of guests has become. @type {WeakMap<WebSocket, string>} */
const entered = new WeakMap();

/** Opens the socket unless there is one. @param {string} url absolute, or a path on this host */
export function openEarly(url) {
  if (usable(socketUrl(url)) !== null) return;
  dropEarly();
  hold(new WebSocket(socketUrl(url)));
}

/**
 * Makes the socket of guests that of the room that the ticket names, or opens that of the room if there is none.
 * @param {string} url as of `openEarly` @param {string | null} ticket null: the server gave none
 */
export function enterEarly(url, ticket) {
  const early = usable(socketUrl(GUEST_PATH));
  if (early === null || ticket === null) return openEarly(url);
  /** @type {Enter} */
  const message = { type: "enter", ticket };
  const enter = () => early.send(JSON.stringify(message));
  if (early.readyState === WebSocket.OPEN) enter();
  else early.addEventListener("open", enter);
  entered.set(early, socketUrl(url));
}

/** The socket that was opened early, once, or else a new one. @param {string} url absolute, or a path on this host @returns {WebSocket} */
export function takeSocket(url) {
  const early = usable(socketUrl(url));
  if (early === null) dropEarly();
  hold(null);
  return early ?? new WebSocket(socketUrl(url));
}

/** Closes the socket that no one has taken: the person does not join after all. */
export function dropEarly() {
  held()?.close();
  hold(null);
}

/** Null unless it leads there and can still be used. @param {string} url @returns {WebSocket | null} */
function usable(url) {
  const early = held();
  if (early === null || early.readyState > WebSocket.OPEN) return null;
  return (entered.get(early) ?? early.url) === url ? early : null;
}

/** @returns {WebSocket | null} */
function held() {
  const early = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (globalThis))[OPENED];
  return early instanceof WebSocket ? early : null;
}

/** @param {WebSocket | null} socket */
function hold(socket) {
  Object.assign(globalThis, { [OPENED]: socket });
}

/** @param {string} url @returns {string} */
function socketUrl(url) {
  const absolute = new URL(url, location.href);
  absolute.protocol = absolute.protocol.replace("http", "ws");
  return absolute.href;
}
