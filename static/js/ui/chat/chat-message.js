/** Renders one chat message. Its text is never parsed as HTML. */

import { displayName } from "../people/display-name.js";
import { formatRecent } from "../lib/formats.js";
import { find, fromTemplate, text } from "../lib/page.js";
import { renderText } from "./rich-text.js";

/** @import { Entry } from "../../chat/log.js" */
/** @typedef {{nameOf: (pid: string) => string | undefined, answered: (id: string) => Entry | undefined}} Context people in the call, and messages */

/** Messages of one author within this time share one heading. */
const TOGETHER_MS = 300_000;
const QUOTE_CHARACTERS = 100;

/** @param {Entry} entry @param {Context} context @returns {HTMLElement} */
export function renderMessage(entry, context) {
  const item = find(fromTemplate("chat-message-template"), ".chat__message", HTMLElement);
  item.dataset.own = String(entry.own);
  item.dataset.id = entry.id;
  const time = find(item, "time", HTMLTimeElement);
  const at = new Date(entry.time);
  time.dateTime = at.toISOString();
  time.textContent = formatRecent(at);
  const only = find(item, ".chat__only", HTMLElement);
  only.hidden = entry.to === null;
  find(only, "span", HTMLElement).textContent = onlyText(entry);
  refreshMessage(item, entry, context);
  return item;
}

/** Shows what can change about a message. @param {HTMLElement} item @param {Entry} entry @param {Context} context */
export function refreshMessage(item, entry, { nameOf, answered }) {
  const { from, waiting, version, deleted } = entry;
  // The log is a live region, which is read again when a text is replaced by the same.
  setText(find(item, ".chat__author", HTMLElement), authorText(entry));
  setText(find(item, ".chat__from", HTMLElement), from && text("chat.from", { name: displayName(from) }));
  if (item.dataset.version !== String(version)) showContent(item, entry);
  const quote = find(item, ".chat__quote", HTMLElement);
  quote.hidden = entry.reply === "" || deleted;
  if (entry.reply !== "") setText(find(quote, "span", HTMLElement), quoteText(answered(entry.reply)));
  const names = [...waiting].map(nameOf).filter((one) => one !== undefined);
  const missing = names.length > 1 ? text("chat.waiting.many", { count: names.length }) : names.map((one) => text("chat.waiting.one", { name: one }))[0];
  setText(find(item, ".chat__state", HTMLElement), missing ?? "");
}

/** @param {HTMLElement} item @param {Entry} entry */
function showContent(item, { text: words, version, deleted }) {
  item.dataset.version = String(version);
  item.dataset.deleted = String(deleted);
  const content = find(item, ".chat__text", HTMLElement);
  if (deleted) content.textContent = text("chat.deleted");
  else content.replaceChildren(...renderText(words));
  content.hidden = words === "" && !deleted;
  find(item, ".chat__more", HTMLElement).hidden = deleted;
  find(item, ".chat__edited", HTMLElement).hidden = version === 0 || deleted;
  if (deleted) find(item, ".chat__pictures", HTMLElement).replaceChildren();
}

/** @param {Entry} entry */
export function authorText({ own, name }) {
  return own ? text("self") : displayName(name);
}

/** For whom a private message is. @param {Entry} entry */
export function onlyText({ own, to }) {
  if (to === null) return "";
  return own ? text("chat.only.them", { name: displayName(to.name) }) : text("chat.only.you");
}

/** One line that says which message is answered. @param {Entry | undefined} entry undefined: it is not here */
export function quoteText(entry) {
  if (entry === undefined) return text("chat.reply.none");
  const words = entry.deleted ? text("chat.deleted") : shortText(entry, QUOTE_CHARACTERS);
  return entry.own ? text("chat.reply.own", { words }) : text("chat.reply", { name: displayName(entry.name), words });
}

/** A message in one line. @param {Entry} entry @param {number} most characters, as people count */
export function shortText({ text: words, pictures }, most) {
  const content = words || text(pictures.length === 1 ? "chat.picture.one" : "chat.picture.many", { count: pictures.length });
  const line = [...content.replace(/\s+/g, " ")];
  return line.length > most ? `${line.slice(0, most).join("")}…` : line.join("");
}

/** Whether a message needs no heading of its own, except for screen readers. @param {Entry} entry @param {Entry | undefined} before */
export function continues(entry, before) {
  if (before === undefined || before.pid !== entry.pid || before.name !== entry.name || before.from !== entry.from) return false;
  return before.to?.pid === entry.to?.pid && entry.time - before.time < TOGETHER_MS;
}

/** @param {HTMLElement} node @param {string} content empty: hides it */
function setText(node, content) {
  node.hidden = content === "";
  if (node.textContent !== content) node.textContent = content;
}
