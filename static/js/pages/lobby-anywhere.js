/**
 * Lets hosts answer who knocks from whatever page of theirs they look at, while a call is open in another tab.
 *
 * @module
 */

import { KnockCards } from "../ui/lobby/knock-cards.js";
import { DoorElsewhere } from "../call/lobby-broadcast.js";

const cards = new KnockCards();
const elsewhere = new DoorElsewhere();
elsewhere.addEventListener("changed", (event) => cards.show(/** @type {CustomEvent} */ (event).detail.knocks));
cards.addEventListener("answer", (event) => {
  const { member, admitted } = /** @type {CustomEvent} */ (event).detail;
  elsewhere.answer(member, admitted);
});
