/** Renders one chat message. Its text is never parsed as HTML. */

import { findLinks } from "../../chat/links.js";
import { displayName } from "../people/display-name.js";
import { formatRecent } from "../lib/formats.js";
import { find, fromTemplate, text } from "../lib/page.js";

/** @import { Piece } from "../../chat/links.js" */
/** @import { Entry } from "../../chat/log.js" */

/** Messages of one author within this time share one heading. */
const TOGETHER_MS = 300_000;

/** @param {Entry} entry @param {(pid: string) => string | undefined} nameOf people in the call @returns {HTMLElement} */
export function renderMessage(entry, nameOf) {
  const item = find(fromTemplate("chat-message-template"), ".chat__message", HTMLElement);
  item.dataset.own = String(entry.own);
  item.dataset.id = entry.id;
  const time = find(item, "time", HTMLTimeElement);
  const at = new Date(entry.time);
  time.dateTime = at.toISOString();
  time.textContent = formatRecent(at);
  find(item, ".chat__text", HTMLElement).replaceChildren(...findLinks(entry.text).map(renderPiece));
  find(item, ".chat__body", HTMLElement).hidden = entry.text === "";
  refreshMessage(item, entry, nameOf);
  return item;
}

/**
 * Shows what can change about a message: who forwarded it, and who has not received it.
 * @param {HTMLElement} item @param {Entry} entry @param {(pid: string) => string | undefined} nameOf
 */
export function refreshMessage(item, { own, name, from, waiting }, nameOf) {
  const author = find(item, ".chat__author", HTMLElement);
  const title = own ? text("self") : displayName(name);
  // The log is a live region, which is read again when a text is replaced by the same.
  if (author.textContent !== title) author.textContent = title;
  setText(find(item, ".chat__from", HTMLElement), from && text("chat.from", { name: displayName(from) }));
  const names = [...waiting].map(nameOf).filter((one) => one !== undefined);
  const missing = names.length > 1 ? text("chat.waiting.many", { count: names.length }) : names.map((one) => text("chat.waiting.one", { name: one }))[0];
  setText(find(item, ".chat__state", HTMLElement), missing ?? "");
}

/** Whether a message needs no heading of its own, except for screen readers. @param {Entry} entry @param {Entry | undefined} before */
export function continues(entry, before) {
  if (before === undefined || before.pid !== entry.pid || before.name !== entry.name || before.from !== entry.from) return false;
  return entry.time - before.time < TOGETHER_MS;
}

/** @param {HTMLElement} node @param {string} content empty: hides it */
function setText(node, content) {
  node.hidden = content === "";
  if (node.textContent !== content) node.textContent = content;
}

/** @param {Piece} piece */
function renderPiece({ text: content, href, host }) {
  if (href === undefined) return document.createTextNode(content);
  const link = document.createElement("a");
  Object.assign(link, { href, target: "_blank", rel: "noopener noreferrer", referrerPolicy: "no-referrer", dir: "ltr", textContent: content });
  if (host === undefined) return link;
  // Letters can look alike (IDN homographs): the host in ASCII stands beside the link.
  const real = document.createElement("bdi");
  Object.assign(real, { className: "chat__host", textContent: ` (${host})`, title: text("chat.host", { host }) });
  const both = document.createDocumentFragment();
  both.append(link, real);
  return both;
}
