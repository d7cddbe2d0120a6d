/**
 * Keeps a page outside of calls up to date: who is inside, who knocks, and whether the page can still be trusted. The page includes
 * `rooms/_watch.html`.
 */

import { RoomsWatch } from "../../call/rooms-watch.js";
import { CODE } from "../../signaling/close-codes.js";
import { WatchSocket } from "../../signaling/watch-socket.js";
import { showNotice } from "../lib/announcer.js";
import { byId, part, textsOf } from "../lib/page.js";
import { alertToKnocks } from "./knock-alerts.js";
import { insideText, peopleText } from "./room-text.js";

/** @import { RoomView } from "../../call/rooms-watch.js" */

/** A restart or a change of networks takes less: nothing is said about it. */
const SILENT_MS = 6_000;
/** After this long in the background the page is looked over when it is shown. */
const HIDDEN_MS = 5_000;

/**
 * Watches from now on.
 * @param {{roomName: (slug: string) => string}} options
 * @returns {RoomsWatch} already connecting
 */
export function watchRooms({ roomName }) {
  const root = byId("room-watch", HTMLElement);
  const words = textsOf(root);
  const socket = new WatchSocket({ url: root.dataset.socket ?? "" });
  const watch = new RoomsWatch(socket, { nameless: words("nameless") });
  alertToKnocks(watch, { roomName, words });
  /** @type {Map<string, RoomView>} */
  const views = new Map();
  watch.on("viewed", ({ view }) => {
    views.set(view.slug, view);
    showInside(view);
  });
  // Midnight passes, and parts of the page may be new.
  watch.on("listed", () => views.forEach(showInside));

  /** @param {RoomView} view */
  function showInside(view) {
    const slug = CSS.escape(view.slug);
    const people = peopleText(view, words);
    for (const badge of document.querySelectorAll(`[data-inside="${slug}"]`)) {
      setText(badge, insideText(view.inside, words));
      badge.className = `badge ${view.inside > 0 ? "badge--good" : "badge--muted"}`;
    }
    for (const line of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`[data-people="${slug}"]`))) {
      line.hidden = people === "";
      setText(line, people);
    }
  }

  keepConnected(socket, root, words);
  return watch;
}

/** @param {WatchSocket} socket @param {HTMLElement} root @param {ReturnType<typeof textsOf>} words */
function keepConnected(socket, root, words) {
  const message = part(root, "message");
  const signIn = part(root, "sign-in", HTMLAnchorElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let silence;
  let stopped = false;
  let hiddenAt = Infinity;

  /** @param {string} key empty: nothing is wrong */
  function say(key) {
    clearTimeout(silence);
    silence = undefined;
    signIn.hidden = key !== "signed-out";
    showNotice(part(root, "notice"), message, key && words(key));
  }

  socket.on("watching", () => say(""));
  socket.on("away", () => (silence ??= setTimeout(() => say("away"), SILENT_MS)));
  socket.on("stopped", ({ code }) => {
    stopped = true;
    say(code === CODE.signed_out ? "signed-out" : code === CODE.suspended ? "suspended" : "stopped");
  });
  addEventListener("online", () => stopped || socket.start());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = Date.now();
    else if (!stopped && Date.now() - hiddenAt > HIDDEN_MS) socket.look();
  });
  addEventListener("pagehide", () => socket.stop());
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    stopped = false;
    socket.start();
  });
  socket.start();
}

/** @param {Element} element @param {string} text */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
