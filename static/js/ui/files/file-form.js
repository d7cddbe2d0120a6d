/** The form before files are sent: which files, to whom, and how far the connection can be trusted. */

import { addSelection, prepareFiles } from "../../files/send/selection.js";
import { Emitter } from "../../lib/emitter.js";
import { formatSelection } from "./format.js";
import { LeftList } from "./left-list.js";
import { EVERYONE, ReceiverChoice, valueOf } from "./receiver-choice.js";
import { byId, find, text } from "../lib/page.js";
import { trustLabel, trustOf, trustRank } from "../people/trust.js";
import { laterWords } from "../waiting/send-later.js";

/** @import { Person } from "../../call/person.js" */
/** @import { SelectedFile } from "../../files/protocol/metadata.js" */
/** @import { Selection } from "../../files/send/selection.js" */
/** @import { WaitingFiles } from "../../waiting/waiting-files.js" */

/**
 * @typedef {object} FileFormEvents
 * @property {{chosen: SelectedFile[], pids: string[], later: {member: string, name: string} | null}} send the person pressed Send; all can
 *   be read, and the form is cleared; later: for whom they wait, if no one gets them now
 * @property {{count: number}} left what cannot be sent became more; count: of all that is listed
 */

/** Files that were chosen and not sent. It outlasts a call that others end. */
export class FileDraft {
  choice = new ReceiverChoice();
  /** @type {Selection} */
  selection = { chosen: [], left: [] };
}

/** @extends {Emitter<FileFormEvents>} */
export class FileForm extends Emitter {
  #form = byId("files-send", HTMLFormElement);
  #to = byId("files-to", HTMLSelectElement);
  #button = find(this.#form, "button[type=submit]", HTMLButtonElement);
  #what = byId("files-what", HTMLElement);
  #list = new LeftList();
  #reachable;
  #draft;
  /** Settles when all that was chosen is in the draft. @type {Promise<void>} */
  #reading = Promise.resolve();
  /** Readings under way. */
  #busy = 0;
  /** Aborted when the selection is given up. */
  #current = new AbortController();

  #waiting;

  /**
   * @param {{others: () => Person[], waiting: Pick<WaitingFiles, "met" | "on">}} people others: connected; waiting: knows who is away
   * @param {FileDraft} draft @param {AbortSignal} signal
   */
  constructor({ others, waiting }, draft, signal) {
    super();
    this.#reachable = others;
    this.#waiting = waiting;
    waiting.on("changed", () => this.showPeople(), { signal });
    this.#draft = draft;
    this.#form.addEventListener("submit", (event) => void this.#send(event), { signal });
    this.#to.addEventListener("change", () => this.#choose(), { signal });
    this.#show();
  }

  /**
   * Adds to what was chosen and not sent.
   * @param {Selection | Promise<Selection>} coming folders take a while to be read @param {string} [to] the pid of who is proposed @returns {Promise<void>}
   */
  addFiles(coming, to) {
    const { signal } = this.#current;
    return this.#read(async () => {
      const more = await coming;
      if (signal.aborted || more.chosen.length + more.left.length === 0) return;
      if (this.chosen.length === 0) this.#choice.start(this.#reachable());
      if (to !== undefined) this.#choice.choose(to);
      const selection = await addSelection(this.#draft.selection, more);
      if (!signal.aborted) this.#take(selection);
    });
  }

  get chosen() {
    return this.#draft.selection.chosen;
  }

  forgetFiles() {
    this.#current.abort();
    this.#current = new AbortController();
    this.#draft.selection = { chosen: [], left: [] };
    this.#show();
  }

  /** One after the other. @param {() => Promise<void>} act @returns {Promise<void>} */
  #read(act) {
    this.#busy += 1;
    this.#show();
    this.#reading = this.#reading.then(act, act).finally(() => this.#endReading());
    return this.#reading;
  }

  #endReading() {
    this.#busy -= 1;
    this.#show();
    const isWriting = document.activeElement?.matches("input, textarea");
    if (this.#busy === 0 && this.chosen.length > 0 && !isWriting) (this.#button.disabled ? this.#to : this.#button).focus();
  }

  /** @param {Selection} selection */
  #take(selection) {
    const more = selection.left.length > this.#draft.selection.left.length;
    this.#draft.selection = selection;
    if (more) this.emit("left", { count: selection.left.length });
  }

  #show() {
    const { chosen, left } = this.#draft.selection;
    this.#form.hidden = chosen.length + left.length + this.#busy === 0;
    this.#form.ariaBusy = String(this.#busy > 0);
    if (!this.#form.hidden) this.#what.textContent = this.#busy > 0 ? text("files.reading") : formatSelection(chosen);
    this.#list.show(left);
    this.showPeople();
  }

  get #choice() {
    return this.#draft.choice;
  }

  showPeople() {
    const others = this.#reachable();
    this.#choice.met = this.#waiting.met;
    this.#choice.follow(others);
    const options = this.#optionsFor(others);
    // Replacing the options closes an open list.
    if (JSON.stringify(options.map(optionParts)) !== JSON.stringify([...this.#to.options].map(optionParts))) this.#to.replaceChildren(...options);
    this.#to.value = options.some(({ value }) => value === this.#choice.value) ? this.#choice.value : "";
    this.#showTrust();
  }

  /** @param {Person[]} others */
  #optionsFor(others) {
    const { value, away, later, absent } = this.#choice;
    const options = others.map((person) => new Option(personLabel(person), person.pid));
    if (others.length > 1 || (others.length === 1 && value === EVERYONE)) {
      options.unshift(new Option(text("files.everyone", { count: others.length }), EVERYONE));
    }
    options.push(...absent.map(({ member, name }) => new Option(text("files.later", { name }), valueOf(member))));
    if (away) options.unshift(new Option(text(later ? "files.later" : "files.not-connected", { name: away.name }), away.pid));
    else if (options.length === 0) options.push(new Option(text("files.no-one"), ""));
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
    const { receivers, later } = this.#choice;
    this.#button.disabled = (receivers.length === 0 && later === null) || this.#busy > 0 || this.chosen.length === 0;
    const [weakest] = receivers.toSorted((one, other) => trustRank(one) - trustRank(other)).map(trustOf);
    const one = receivers.length === 1 ? "" : ".all";
    note.textContent = weakest ? text(`files.trust.${weakest}${one}`) : later ? laterWords()("later.note", { name: later.name }) : "";
    note.dataset.trust = weakest ?? "";
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    event.preventDefault();
    const pids = this.#choice.receivers.map(({ pid }) => pid);
    const later = pids.length === 0 ? this.#choice.later : null;
    if (this.chosen.length === 0 || (pids.length === 0 && later === null) || this.#busy > 0) return;
    const { signal } = this.#current;
    await this.#read(async () => {
      const { chosen, left } = await prepareFiles(this.chosen);
      if (signal.aborted) return;
      // What is sent is what was shown: without some of it, the person decides again.
      if (left.length > 0) return this.#take({ chosen, left: [...this.#draft.selection.left, ...left] });
      this.#draft.selection = { chosen: [], left: [] };
      this.emit("send", { chosen, pids, later });
    });
  }
}

/** @param {Person} person */
function personLabel(person) {
  return trustOf(person) ? text("files.person", { name: person.name, trust: trustLabel(person) }) : person.name;
}

/** @param {HTMLOptionElement} option */
function optionParts({ value, text: label }) {
  return [value, label];
}
