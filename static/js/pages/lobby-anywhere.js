/** Lets hosts answer knocks from every page while the call is open in another tab. */

import { KnockCards } from "../ui/lobby/knock-cards.js";
import { LobbyListener } from "../call/lobby-broadcast.js";

const cards = new KnockCards();
const listener = new LobbyListener();
listener.on("changed", ({ knocks }) => cards.showKnocks(knocks));
cards.on("answer", ({ member, admitted }) => {
  listener.answerKnock(member, admitted);
});
