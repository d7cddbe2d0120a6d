/** Lets hosts answer who knocks from whatever page of theirs they look at, while a call is open in another tab. */

import { KnockCards } from "../ui/lobby/knock-cards.js";
import { LobbyListener } from "../call/lobby-broadcast.js";

const cards = new KnockCards();
const elsewhere = new LobbyListener();
elsewhere.on("changed", ({ knocks }) => cards.showKnocks(knocks));
cards.on("answer", ({ member, admitted }) => {
  elsewhere.answerKnock(member, admitted);
});
