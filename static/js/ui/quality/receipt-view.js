/** The receipt of a call: during it, after it, and as a file. */

import { openDialog } from "../lib/dialog.js";
import { formatList, formatMoment, formatNames, formatSize } from "../lib/formats.js";
import { byId, find, text } from "../lib/page.js";
import { displayName } from "../people/display-name.js";

/** @import { Receipt, Summary } from "../../call/receipt.js" */

const TICK_MS = 1_000;
/** As browsers name them: RFC 9147 §5.3. @type {Readonly<Record<string, string>>} */
const VERSIONS = Object.freeze({ FEFC: "DTLS 1.3", FEFD: "DTLS 1.2" });

export class ReceiptView {
  #dialog = byId("receipt-dialog", HTMLDialogElement);
  #ended = byId("ended-receipt", HTMLElement);
  #receipt;
  #roomName;

  /** @param {Receipt} receipt @param {() => string} roomName @param {AbortSignal} signal ends with the call */
  constructor(receipt, roomName, signal) {
    this.#receipt = receipt;
    this.#roomName = roomName;
    this.#ended.hidden = true;
    for (const button of document.querySelectorAll("[data-receipt]")) button.addEventListener("click", () => this.#open(), { signal });
    this.#onSave(this.#dialog, signal);
    const timer = setInterval(() => this.#dialog.open && this.#show(this.#dialog), TICK_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  /** After the call, if there was one. */
  showEnded() {
    const { bytes, people } = this.#receipt.summary;
    this.#ended.hidden = people.length === 0 && bytes.direct + bytes.relay === 0;
    this.#show(this.#ended);
    // Until the next call.
    find(this.#ended, "[data-part=save]", HTMLButtonElement).onclick = () => void this.#save();
  }

  #open() {
    this.#show(this.#dialog);
    const details = byId("details-dialog", HTMLDialogElement);
    if (details.open) details.close();
    openDialog(this.#dialog);
  }

  /** @param {ParentNode} root @param {AbortSignal} signal */
  #onSave(root, signal) {
    find(root, "[data-part=save]", HTMLButtonElement).addEventListener("click", () => void this.#save(), { signal });
  }

  /** @param {ParentNode} root */
  #show(root) {
    const lines = linesOf(this.#receipt.summary);
    const list = find(root, "[data-part=lines]", HTMLElement);
    while (list.childElementCount > lines.length) list.lastElementChild?.remove();
    while (list.childElementCount < lines.length) list.append(document.createElement("li"));
    for (const [at, line] of lines.entries()) if (list.children[at].textContent !== line) list.children[at].textContent = line;
  }

  async #save() {
    const { saveReceipt } = await import("./save-receipt.js");
    const { summary } = this.#receipt;
    const title = text("receipt.title", { room: this.#roomName() });
    await saveReceipt([title, "", ...linesOf(summary), "", find(this.#ended, "[data-part=how]", HTMLElement).textContent ?? ""], { room: this.#roomName(), at: summary.from });
  }
}

/** @param {Summary} summary @returns {string[]} */
function linesOf({ from, until, bytes, server, versions, people }) {
  const verified = people.filter((person) => person.verified).map(({ name }) => displayName(name));
  const others = people.filter((person) => !person.verified).map(({ name }) => displayName(name));
  const known = versions.map((version) => VERSIONS[version] ?? version);
  return [
    text("receipt.time", { from: formatMoment(from), until: formatMoment(until) }),
    text("receipt.bytes", { direct: formatSize(bytes.direct), relay: formatSize(bytes.relay), server: formatSize(server) }),
    known.length > 0 ? text("receipt.exchange", { version: formatList(known) }) : text("receipt.exchange.unknown"),
    verified.length > 0 ? text("receipt.verified", { names: formatNames(verified) }) : text("receipt.verified.none"),
    ...(others.length > 0 ? [text("receipt.others", { names: formatNames(others) })] : []),
  ];
}
