/** Alerts a host to knocks outside of the call: cards, a number in the title, a sound. */

import { MediaOutputs } from "../../media/playback/media-outputs.js";
import { hasSound } from "../lib/news-settings.js";
import { showInTitle } from "../lib/page-title.js";
import { KnockCards } from "../lobby/knock-cards.js";
import { KnockChime } from "../lobby/knock-chime.js";

/** @import { RoomsWatch } from "../../call/rooms-watch.js" */
/** @import { Words } from "./room-text.js" */

/**
 * @param {RoomsWatch} watch
 * @param {{roomName: (slug: string) => string, words: Words, only?: string, outputs?: MediaOutputs, signal?: AbortSignal}} options
 *   only: the slug of the one room that counts
 */
export function alertToKnocks(watch, { roomName, words, only, outputs = new MediaOutputs(), signal }) {
  const cards = new KnockCards(signal);
  const chime = new KnockChime(outputs);
  const counts = (/** @type {{slug: string}} */ { slug }) => only === undefined || slug === only;
  watch.on("knocking", ({ knocks: all, came }) => {
    const knocks = all.filter(counts);
    cards.showKnocks(knocks.map((knock) => ({ ...knock, room: roomName(knock.slug) })));
    showInTitle({ knocks: knocks.length }, words);
    chime.keep(knocks);
    if (came && counts(came) && hasSound("knocks", 0)) void chime.ring(came.member);
  }, { signal });
  cards.on("answer", (answer) => watch.answerKnock(answer), { signal });
  signal?.addEventListener("abort", () => {
    showInTitle({ knocks: 0 }, words);
    chime.close();
  });
}
