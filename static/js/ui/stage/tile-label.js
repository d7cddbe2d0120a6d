/** What a screen reader calls a tile: "Max, microphone off, hand raised 1, camera off, weak connection". */

import { formatList } from "../lib/formats.js";
import { stateText } from "../people/people-list.js";
import { text } from "../lib/page.js";

/** @import { Person } from "../../call/person.js" */

/** @param {Person} person @param {{words?: typeof text, state?: (person: Person) => string}} [page] the page's texts @returns {string} */
export function tileLabel(person, { words = text, state = stateText } = {}) {
  const { self, name, muted, camera, hand = 0, quality, pinned, mutedLocally } = person;
  const connected = self || person.state === "connected";
  const parts = [
    self ? words("you", { name }) : name,
    !connected && state(person),
    muted && words("tile.microphone-off"),
    mutedLocally && words("tile.muted-for-you"),
    hand > 0 && words("tile.hand", { turn: hand }),
    !camera && words("tile.camera-off"),
    connected && (quality?.level === "poor" || quality?.level === "fair") && words("tile.weak"),
    pinned && words("tile.pinned"),
  ];
  return formatList(parts.filter((part) => typeof part === "string"));
}
