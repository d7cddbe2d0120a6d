/** The form before files are sent: which files, to whom, and how far the connection can be trusted. */

import { safeName } from "../../files/protocol/safe-name.js";
import { Emitter } from "../../lib/emitter.js";
import { addFiles } from "./chosen-files.js";
import { formatSize } from "../lib/formats.js";
import { EVERYONE, ReceiverChoice } from "./receiver-choice.js";
import { byId, find, text } from "../lib/page.js";
import { trustOf } from "../people/trust.js";

/** @import { Person } from "../../call/person.js" */
/** @import { SelectedFile } from "../../files/protocol/metadata.js" */
/** @import { Trust } from "../people/trust.js" */

/** From the weakest to the strongest. @type {Trust[]} */
const ORDER = ["", "server", "key", "verified"];

/**
 * @typedef {object} FileFormEvents
 * @property {{chosen: SelectedFile[], pids: string[]}} send the person pressed Send; the form is already cleared
 */

/** Files that were chosen and not sent. It outlasts a call that others end. */
export class FileDraft {
  choice = new ReceiverChoice();
  /** @type {SelectedFile[]} */
  selected = [];
}

/** @extends {Emitter<FileFormEvents>} */
export class FileForm extends Emitter {
  #form = byId("files-send", HTMLFormElement);
  #to = byId("files-to", HTMLSelectElement);
  #button = find(this.#form, "button[type=submit]", HTMLButtonElement);
  #reachable;
  #draft;

  /** @param {() => Person[]} others the connected people @param {FileDraft} draft @param {AbortSignal} signal */
  constructor(others, draft, signal) {
    super();
    this.#reachable = others;
    this.#draft = draft;
    this.#form.addEventListener("submit", (event) => this.#send(event), { signal });
    this.#to.addEventListener("change", () => this.#choose(), { signal });
    this.#form.hidden = draft.selected.length === 0;
    this.showPeople();
  }

  /** @param {SelectedFile[]} more at least one; added to those that were chosen and not sent */
  showFiles(more) {
    if (this.chosen.length === 0) this.#choice.start(this.#reachable());
    const chosen = (this.#draft.selected = addFiles(this.chosen, more));
    this.showPeople();
    const size = formatSize(chosen.reduce((sum, { file }) => sum + file.size, 0));
    const one = () => text("files.what.one", { name: safeName(chosen[0].file.name), size });
    byId("files-what", HTMLElement).textContent = chosen.length === 1 ? one() : text("files.what.many", { count: chosen.length, size });
    this.#form.hidden = false;
    (this.#button.disabled ? this.#to : this.#button).focus();
  }

  get chosen() {
    return this.#draft.selected;
  }

  get #choice() {
    return this.#draft.choice;
  }

  forgetFiles() {
    this.#draft.selected = [];
    this.#form.hidden = true;
  }

  showPeople() {
    const others = this.#reachable();
    this.#choice.follow(others);
    const options = this.#optionsFor(others);
    // Replacing the options closes an open list.
    if (JSON.stringify(options.map(optionParts)) !== JSON.stringify([...this.#to.options].map(optionParts))) this.#to.replaceChildren(...options);
    this.#to.value = options.some(({ value }) => value === this.#choice.value) ? this.#choice.value : "";
    this.#showTrust();
  }

  /** @param {Person[]} others */
  #optionsFor(others) {
    const { value, away } = this.#choice;
    const options = others.map((person) => new Option(personLabel(person), person.pid));
    if (others.length > 1 || (others.length === 1 && value === EVERYONE)) {
      options.unshift(new Option(text("files.everyone", { count: others.length }), EVERYONE));
    }
    if (away) options.unshift(new Option(text("files.not-connected", { name: away.name }), away.pid));
    else if (others.length === 0) options.push(new Option(text("files.no-one"), ""));
    else if (value === "") options.unshift(new Option(text("files.choose-receiver"), ""));
    return options;
  }

  #choose() {
    this.#choice.choose(this.#to.value);
    this.showPeople();
  }

  /** Several receivers get the weakest of their labels. */
  #showTrust() {
    const note = byId("files-trust", HTMLElement);
    const { receivers } = this.#choice;
    this.#button.disabled = receivers.length === 0;
    const [weakest] = receivers.map(trustOf).sort((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other));
    const one = receivers.length === 1 ? "" : ".all";
    note.textContent = weakest ? text(`files.trust.${weakest}${one}`) : "";
    note.dataset.trust = weakest ?? "";
  }

  /** @param {SubmitEvent} event */
  #send(event) {
    event.preventDefault();
    const [chosen, pids] = [this.chosen, this.#choice.receivers.map(({ pid }) => pid)];
    if (chosen.length === 0 || pids.length === 0) return;
    this.forgetFiles();
    this.emit("send", { chosen, pids });
  }
}

/** @param {Person} person */
function personLabel(person) {
  const trust = trustOf(person);
  return trust ? text("files.person", { name: person.name, trust: text(`trust.${trust}`) }) : person.name;
}

/** @param {HTMLOptionElement} option */
function optionParts({ value, text: label }) {
  return [value, label];
}
