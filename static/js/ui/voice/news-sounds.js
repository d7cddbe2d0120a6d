/** Sounds for who comes, leaves and writes; those of knocks are `KnockChime`'s. */

import { Chime } from "../../media/playback/chime.js";
import { hasSound } from "../lib/news-settings.js";
import { byId } from "../lib/page.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Chat } from "../../chat/chat.js" */
/** @import { MediaOutputs } from "../../media/playback/media-outputs.js" */
/** @import { News } from "../lib/news-settings.js" */

/** Hertz. */
const CAME = [523.25, 783.99];
const LEFT = [783.99, 523.25];
const MESSAGE = [987.77];

/** @param {CallSession} session @param {{chat: Chat, outputs: MediaOutputs}} call @param {AbortSignal} signal */
export function playNewsSounds(session, { chat, outputs }, signal) {
  const chime = new Chime(outputs, { loudness: 0.05, intervalMs: 1_500 });
  const members = () => new Set(session.everyone.map(({ member }) => member));
  const play = (/** @type {News} */ news, /** @type {number[]} */ notes) => hasSound(news, members().size) && void chime.ring(notes);
  const isFirstTab = (/** @type {{member: string, pid: string}} */ { member, pid }) =>
    !session.everyone.some((other) => other.member === member && other.pid !== pid);
  session.on("person-added", ({ person, news }) => news && isFirstTab(person) && play("people", CAME), { signal });
  session.on("person-removed", ({ person }) => isFirstTab(person) && play("people", LEFT), { signal });
  const panel = byId("chat", HTMLElement);
  chat.on("message", ({ entry, loud }) => loud && !entry.own && (panel.hidden || document.hidden) && play("messages", MESSAGE), { signal });
  signal.addEventListener("abort", () => chime.close());
}
