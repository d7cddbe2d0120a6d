/** The title of the tab. Before the room it says what waits, and what others hear and see: "(2) Muted, sharing · Monday meeting". */

import { text } from "./page.js";

/**
 * @typedef {object} TitleState
 * @property {string} room empty: as in the page
 * @property {number} knocks people who ask to join
 * @property {number} unread chat messages
 * @property {boolean} muted the own microphone is off
 * @property {boolean} sharing the own screen is shared
 */

/** @type {Readonly<TitleState>} */
const QUIET = Object.freeze({ room: "", knocks: 0, unread: 0, muted: false, sharing: false });
const MAX_COUNT = 99;

let pageTitle = "";
/** @type {TitleState} */
let state = QUIET;

/** @param {TitleState} shown @param {string} title of the page, "room · site" @param {typeof text} words @returns {string} */
export function composeTitle({ room, knocks, unread, muted, sharing }, title, words) {
  const site = title.slice(title.lastIndexOf(" · "));
  const name = room ? room + site : title;
  const which = muted && sharing ? "title.both" : muted ? "title.muted" : sharing ? "title.sharing" : "";
  const marked = which ? words(which, { title: name }) : name;
  const count = knocks + unread;
  return count === 0 ? marked : words("title.count", { count: count > MAX_COUNT ? `${MAX_COUNT}+` : count, title: marked });
}

/** @param {Partial<TitleState>} change @param {typeof text} [words] */
export function showInTitle(change, words = text) {
  pageTitle ||= document.title;
  state = { ...state, ...change };
  const title = composeTitle(state, pageTitle, words);
  if (document.title !== title) document.title = title;
}
