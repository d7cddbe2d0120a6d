/** What a card says: who is inside, and since when. */

import { formatPeople, formatRecent, pluralForm } from "../lib/formats.js";

/** @import { RoomView } from "../../call/rooms-watch.js" */
/** @import { text } from "../lib/page.js" */
/** @typedef {typeof text} Words */

/** "3 people in the call". @param {number} inside @param {Words} words */
export function insideText(inside, words) {
  return inside === 0 ? words("inside.none") : words(`inside.${pluralForm(inside)}`, { count: inside });
}

/** "You, Max and 2 others · since 14:05"; empty: no one. @param {RoomView} view @param {Words} words @param {Date} [now] */
export function peopleText({ inside, since, self, names }, words, now = new Date()) {
  if (inside === 0) return "";
  const known = [...(self ? [words("inside.you")] : []), ...names];
  const others = inside - known.length;
  if (others > 0 && known.length > 0) known.push(words(`others.${pluralForm(others)}`, { count: others }));
  const when = since === null ? "" : words("inside.since", { time: formatRecent(new Date(since), now) });
  return [formatPeople(known), when].filter(Boolean).join(" · ");
}
