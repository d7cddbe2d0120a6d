/** The list of what cannot be sent: every name, below its reason. */

import { LIMITS } from "../../files/protocol/messages.js";
import { safeName } from "../../files/protocol/safe-name.js";
import { byId, find, text } from "../lib/page.js";

/** @import { LeftOut, LeftReason } from "../../files/send/selection.js" */

/** @type {readonly LeftReason[]} */
const REASONS = Object.freeze(["gone", "unreadable", "package", "long", "deep", "limit"]);
/** Names of one reason: more would slow down the page. */
const MAX_NAMES = 1_000;

export class LeftList {
  #root = byId("files-left", HTMLDetailsElement);
  #groups = find(this.#root, ".files__left-groups", HTMLElement);

  /** @param {readonly LeftOut[]} left */
  show(left) {
    this.#root.hidden = left.length === 0;
    find(this.#root, "summary", HTMLElement).textContent = text(`files.left.${left.length === 1 ? "one" : "many"}`, { count: left.length });
    this.#groups.replaceChildren(...REASONS.flatMap((reason) => groupOf(reason, left.filter((one) => one.reason === reason))));
  }
}

/** @param {LeftReason} reason @param {readonly LeftOut[]} left @returns {HTMLElement[]} */
function groupOf(reason, left) {
  if (left.length === 0) return [];
  const title = document.createElement("p");
  title.textContent = text(`files.left.why.${reason}`, { files: LIMITS.filesOffered, levels: LIMITS.pathLevels });
  const list = document.createElement("ul");
  const names = left.slice(0, MAX_NAMES).map(({ name, path }) => [...path, name].map((part) => safeName(part)).join(" / "));
  if (left.length > MAX_NAMES) names.push(text("files.left.more", { count: left.length - MAX_NAMES }));
  list.append(...names.map(itemOf));
  return [title, list];
}

/** @param {string} name */
function itemOf(name) {
  const item = document.createElement("li");
  item.textContent = name;
  return item;
}
