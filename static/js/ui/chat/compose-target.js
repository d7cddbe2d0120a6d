/** For whom the next message is, and what it is about: an answer, or a change of an earlier one. */

import { Emitter } from "../../lib/emitter.js";
import { showNotice } from "../lib/announcer.js";
import { byId, find, text } from "../lib/page.js";
import { displayName } from "../people/display-name.js";
import { quoteText } from "./chat-message.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Entry, Recipient } from "../../chat/log.js" */

/**
 * @typedef {object} ComposeTargetEvents
 * @property {{entry: Entry | null}} editing null: no longer
 */

/** Of a call that others have ended, or the network: what was being written for one person waits for the next call, for that person. @type {Recipient | null} */
let kept = null;

/** @extends {Emitter<ComposeTargetEvents>} */
export class ComposeTarget extends Emitter {
  #panel = byId("chat", HTMLElement);
  #field = byId("chat-text", HTMLTextAreaElement);
  #about = byId("chat-about", HTMLElement);
  #row = byId("chat-to", HTMLElement);
  #select = find(this.#row, "select", HTMLSelectElement);
  #only = find(this.#row, ".chat__only", HTMLElement);
  #session;
  /** @type {Recipient | null} */
  #to = null;
  /** @type {Entry | null} */
  #answered = null;
  /** @type {Entry | null} */
  #edited = null;

  /** @param {CallSession} session @param {AbortSignal} signal */
  constructor(session, signal) {
    super();
    this.#session = session;
    this.#select.addEventListener("change", () => this.#onSelect(), { signal });
    find(this.#about, "button", HTMLButtonElement).addEventListener("click", () => this.#cancel(), { signal });
    this.#field.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    const update = () => this.#showPeople();
    session.on("person-added", update, { signal });
    session.on("person-removed", update, { signal });
    session.on("person-changed", update, { signal });
    signal.addEventListener("abort", () => {
      kept = this.#to;
      this.#answered = this.#edited = null;
      this.writeTo(null);
    });
    this.writeTo(kept);
  }

  /** null: everyone. One who has left stays the recipient: nothing that was meant for one goes to all. */
  get to() {
    return this.#to;
  }

  get hasLeft() {
    return this.#to !== null && !this.mayWriteTo(this.#to.pid);
  }

  /** The id of the message that is answered; empty: none. */
  get reply() {
    return this.#answered?.id ?? "";
  }

  /** The message that is being changed. */
  get edited() {
    return this.#edited;
  }

  /** @param {string} pid @returns {boolean} */
  mayWriteTo(pid) {
    const person = this.#session.people.get(pid);
    return person !== undefined && person.state !== "refused";
  }

  /** @param {Recipient | null} to null: everyone */
  writeTo(to) {
    this.#to = to;
    this.#showPeople();
    this.#showTo();
  }

  /** @param {Entry} entry @param {{privately?: boolean}} [options] what was said in private is answered in private */
  answer(entry, { privately = entry.to !== null } = {}) {
    this.#setEdited(null);
    this.#answered = entry;
    const { pid, name, own, to } = entry;
    if (privately) this.writeTo(own ? to : { pid, name });
    else if (this.#to) this.writeTo(null);
    this.#showAbout();
    this.#field.focus();
  }

  /** @param {Entry} entry of our own */
  edit(entry) {
    this.#answered = null;
    this.#setEdited(entry);
    this.#showAbout();
    this.#field.focus();
  }

  /** It was sent, or changed. The recipient stays: the next one of a private talk must not go to everyone. */
  done() {
    this.#answered = null;
    this.#setEdited(null);
    this.#showAbout();
  }

  /** A message can change, or go, while it is answered or changed. @param {Entry} entry */
  onChanged(entry) {
    if (entry.deleted && entry === this.#edited) this.#setEdited(null);
    if (entry.deleted && entry === this.#answered) this.#answered = null;
    if (entry.deleted || entry === this.#answered) this.#showAbout();
  }

  #cancel() {
    this.done();
    this.#field.focus();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key !== "Escape" || event.isComposing || this.#about.hidden) return;
    event.preventDefault();
    this.#cancel();
  }

  /** @param {Entry | null} entry */
  #setEdited(entry) {
    if (entry === this.#edited) return;
    this.#edited = entry;
    this.emit("editing", { entry });
    this.#showTo();
  }

  #showAbout() {
    const about = this.#edited ? text("chat.editing") : this.#answered ? quoteText(this.#answered) : "";
    showNotice(this.#about, find(this.#about, "p", HTMLElement), about);
  }

  #onSelect() {
    const person = this.#session.people.get(this.#select.value);
    this.#to = person ? { pid: person.pid, name: person.name } : null;
    this.#showTo();
    this.#showPeople();
  }

  #showPeople() {
    const here = [...this.#session.people.values()].filter(({ state }) => state !== "refused");
    const choices = here.map(({ pid, name }) => ({ pid, label: displayName(name) }));
    if (this.#to && this.hasLeft) choices.push({ pid: this.#to.pid, label: text("chat.to.left", { name: displayName(this.#to.name) }) });
    const [everyone, ...before] = this.#select.options;
    // A list that is open on the screen must not change under the pointer for nothing.
    const shown = (/** @type {{pid: string, label: string}[]} */ list) => JSON.stringify(list.map(({ pid, label }) => [pid, label]));
    if (shown(choices) !== shown(before.map(({ value, text: label }) => ({ pid: value, label })))) {
      this.#select.replaceChildren(everyone, ...choices.map(({ pid, label }) => new Option(label, pid)));
    }
    this.#select.value = this.#to?.pid ?? "";
    this.#row.hidden = this.#edited !== null || (choices.length === 0 && this.#to === null);
  }

  #showTo() {
    const to = this.#edited ? this.#edited.to : this.#to;
    const name = to ? displayName(to.name) : "";
    const label = to ? text("chat.to.one", { name }) : text("chat.to.everyone");
    this.#panel.dataset.private = String(to !== null);
    this.#field.placeholder = label;
    byId("chat-label", HTMLElement).textContent = label;
    this.#row.hidden = this.#edited !== null || (this.#select.options.length === 1 && this.#to === null);
    this.#only.hidden = to === null;
    const only = to ? text("chat.only.writing", { name }) : "";
    if (this.#only.textContent !== only) this.#only.textContent = only;
  }
}
