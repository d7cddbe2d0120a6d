/**
 * The socket of a room, opened before there is anything to say on it: three round trips that need not wait for keys and modules.
 * `static/early.js` opens one when *Join* was pressed before the modules were there. A server closes a socket on which no one joins
 * within ten seconds, so it is opened on a person's wish to join, and not before.
 */

const OPENED = "earlySocket";

/** Opens the socket unless there is one. @param {string} url absolute, or a path on this host */
export function openEarly(url) {
  if (usable(socketUrl(url)) !== null) return;
  dropEarly();
  hold(new WebSocket(socketUrl(url)));
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
  return early?.url === url && early.readyState <= WebSocket.OPEN ? early : null;
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
