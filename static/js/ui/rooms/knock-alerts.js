/** Alerts a host to knocks on a page outside of the call: cards, a number in the title, a sound. */

import { MediaOutputs } from "../../media/playback/media-outputs.js";
import { showInTitle } from "../lib/page-title.js";
import { KnockCards } from "../lobby/knock-cards.js";
import { KnockChime } from "../lobby/knock-chime.js";

/** @import { RoomsWatch } from "../../call/rooms-watch.js" */
/** @import { Words } from "./room-text.js" */

/** @param {RoomsWatch} watch @param {{roomName: (slug: string) => string, words: Words}} options */
export function alertToKnocks(watch, { roomName, words }) {
  const cards = new KnockCards();
  const chime = new KnockChime(new MediaOutputs());
  watch.on("knocking", ({ knocks, came }) => {
    cards.showKnocks(knocks.map((knock) => ({ ...knock, room: roomName(knock.slug) })));
    showInTitle({ knocks: knocks.length }, words);
    chime.keep(knocks);
    if (came) void chime.ring(came.member);
  });
  cards.on("answer", (answer) => watch.answerKnock(answer));
}
