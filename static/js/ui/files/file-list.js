/** The files of a transfer, one line each, with what became of it; and those that failed, which are always shown. */

import { formatNumber, formatPercent, formatSize } from "../lib/formats.js";
import { find, hasText, text } from "../lib/page.js";

/** @import { Entry, Transfer } from "../../files/protocol/transfer.js" */

/** Lines in the list, and lines of failed files outside of it. */
const MAX_LISTED = 200;
const MAX_FAILED = 5;

export class FileList {
  #transfer;
  #more;
  #list;
  #failed;

  /** @param {HTMLElement} root of the transfer @param {Transfer} transfer */
  constructor(root, transfer) {
    this.#transfer = transfer;
    this.#more = find(root, ".transfer__more", HTMLDetailsElement);
    this.#list = find(root, ".transfer__files", HTMLElement);
    this.#failed = find(root, ".transfer__failed", HTMLElement);
    this.#more.hidden = transfer.count === 1;
    find(this.#more, "summary", HTMLElement).textContent = text("files.list");
    const lines = Math.min(transfer.count, MAX_LISTED) + (transfer.count > MAX_LISTED ? 1 : 0);
    this.#list.replaceChildren(...Array.from({ length: transfer.count === 1 ? 0 : lines }, () => document.createElement("li")));
    this.#more.addEventListener("toggle", () => this.update());
    this.#showFiles();
  }

  update() {
    // While it is closed, no one sees it.
    if (this.#more.open) this.#showFiles();
    this.#showFailed();
  }

  #showFiles() {
    for (const [at, line] of [...this.#list.children].entries()) {
      show(line, at < MAX_LISTED ? this.#lineOf(this.#transfer.entries[at]) : this.#restLine());
    }
  }

  /** The others, by what became of them. */
  #restLine() {
    const rest = this.#transfer.entries.slice(MAX_LISTED);
    const count = (/** @type {string} */ status) => rest.filter((entry) => entry.status === status).length;
    const parts = [text(rest.length === 1 ? "files.list.rest.one" : "files.list.rest.many", { count: formatNumber(rest.length) })];
    if (count("done") > 0) parts.push(text(`files.list.rest.done.${this.#transfer.direction}`, { count: formatNumber(count("done")) }));
    if (count("failed") > 0) parts.push(text("files.list.rest.failed", { count: formatNumber(count("failed")) }));
    return parts.join(" · ");
  }

  #showFailed() {
    const { failures, count } = this.#transfer;
    // The line of the transfer says why its only file failed.
    this.#failed.hidden = failures.length === 0 || count === 1;
    if (this.#failed.hidden) return;
    const lines = failures.slice(0, MAX_FAILED).map((entry) => text("files.list.failed", { name: nameOf(entry), why: whyFailed(entry) }));
    const rest = failures.length - lines.length;
    if (rest > 0) lines.push(text(rest === 1 ? "files.list.rest.one" : "files.list.rest.many", { count: formatNumber(rest) }));
    while (this.#failed.children.length < lines.length) this.#failed.append(document.createElement("li"));
    for (const [at, line] of lines.entries()) show(this.#failed.children[at], line);
  }

  /** @param {Entry} entry */
  #lineOf(entry) {
    const { head: { size, folder }, status } = entry;
    const parts = [nameOf(entry), folder ? text("files.folder") : formatSize(size)];
    const became = this.#statusOf(entry);
    return (status === "waiting" || became === "" ? parts : [...parts, became]).join(" · ");
  }

  /** @param {Entry} entry */
  #statusOf(entry) {
    const { head: { size }, status } = entry;
    const { direction, isOver } = this.#transfer;
    if (status === "failed") return whyFailed(entry);
    if (status === "done") return text(`files.list.done.${direction}`);
    if (isOver) return text("files.list.incomplete");
    if (status === "ending") return text("files.list.checking");
    return size === 0 ? "" : formatPercent(Math.min(1, entry.moved() / size));
  }
}

/** @param {Entry} entry */
function nameOf({ head: { name, path } }) {
  return [...path, name].join(" / ");
}

/** @param {Entry} entry */
function whyFailed({ reason }) {
  return text(hasText(`files.why.${reason}`) ? `files.why.${reason}` : "files.why.other");
}

/** @param {Element} line @param {string} words */
function show(line, words) {
  if (line.textContent !== words) line.textContent = words;
}
