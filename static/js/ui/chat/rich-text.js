/** Shows the text of a message: elements are made for its marks and links, and everything else is text. */

import { parseMarkdown } from "../../chat/markdown.js";
import { text } from "../lib/page.js";

/** @import { Block, Span } from "../../chat/markdown.js" */

/** @param {string} words @returns {Node[]} */
export function renderText(words) {
  return parseMarkdown(words).map(renderBlock);
}

/** @param {Block} block @returns {Node} */
function renderBlock(block) {
  if (block.kind === "code") {
    const pre = withChildren("pre", [withChildren("code", [block.text])]);
    // What does not fit is scrolled to, by keyboard too.
    pre.tabIndex = 0;
    pre.dir = "ltr";
    return pre;
  }
  if (block.kind === "list") {
    const list = withChildren(block.start === null ? "ul" : "ol", block.items.map((item) => withChildren("li", item.map(renderSpan))));
    if (list instanceof HTMLOListElement) list.start = block.start ?? 1;
    return list;
  }
  return withChildren(block.kind === "quote" ? "blockquote" : "p", block.spans.map(renderSpan));
}

/** @param {Span} span @returns {Node} */
function renderSpan({ text: content, href, host, code, strong, em, struck }) {
  /** @type {Node} */
  let node = href === undefined ? document.createTextNode(content) : renderLink(content, href, host);
  if (code) node = withChildren("code", [node]);
  if (struck) node = withChildren("s", [node]);
  if (em) node = withChildren("em", [node]);
  if (strong) node = withChildren("strong", [node]);
  return node;
}

/** @param {string} content @param {string} href @param {string} [host] */
function renderLink(content, href, host) {
  const link = document.createElement("a");
  Object.assign(link, { href, target: "_blank", rel: "noopener noreferrer", referrerPolicy: "no-referrer", dir: "ltr", textContent: content });
  if (host === undefined) return link;
  // Letters can look alike (IDN homographs): the host in ASCII stands beside the link.
  const real = document.createElement("bdi");
  Object.assign(real, { className: "chat__host", textContent: ` (${host})`, title: text("chat.host", { host }) });
  return withChildren("span", [link, real]);
}

/** @param {string} tag @param {(Node | string)[]} children */
function withChildren(tag, children) {
  const made = document.createElement(tag);
  made.append(...children);
  return made;
}
