/** The dialog in which two people compare their safety code. */

import { byId, find, text } from "../lib/page.js";
import { part } from "../lib/parts.js";
import { showTrustIcon, trustOf } from "../people/trust.js";

/** @import { Person } from "../../call/person.js" */
/** @import { CallSession } from "../../call/session.js" */
/** @import { SafetyCode } from "../../keys/sas-code.js" */

export class SafetyDialog {
  #dialog = byId("safety-dialog", HTMLDialogElement);
  #session;
  #pid = "";

  /** @param {CallSession} session @param {AbortSignal} signal */
  constructor(session, signal) {
    this.#session = session;
    session.on("person-changed", ({ person }) => this.#changed(person), { signal });
    session.on("person-removed", ({ person }) => this.#changed(person), { signal });
    part(this.#dialog, "match").addEventListener("click", () => session.safety.confirmCode(this.#pid), { signal });
    part(this.#dialog, "differ").addEventListener("click", () => this.#differ(), { signal });
    signal.addEventListener("abort", () => this.#dialog.close());
  }

  /** @param {Event} event a press, perhaps on the label of a person */
  openFor({ target }) {
    const button = target instanceof Element ? target.closest(".trust-button") : null;
    const pid = button instanceof HTMLElement ? button.dataset.pid : undefined;
    const person = this.#session.people.get(pid ?? "");
    if (!person || this.#dialog.open) return;
    this.#pid = person.pid;
    this.#show(person);
    this.#dialog.showModal();
  }

  #differ() {
    this.#dialog.close();
    this.#session.safety.rejectCode(this.#pid);
  }

  /** @param {Person} person */
  #changed(person) {
    if (!this.#dialog.open || person.pid !== this.#pid) return;
    if (this.#session.people.has(person.pid) && person.state !== "refused") this.#show(person);
    else this.#dialog.close();
  }

  /** @param {Person} person */
  #show(person) {
    const { name, safety } = person;
    const { code = null, confirmed = false, confirmedRemotely: theirs = false, times = 0, limited = false } = safety ?? {};
    const trust = trustOf(person);
    find(this.#dialog, "h2", HTMLElement).textContent = text("safety.title", { name });
    showTrustIcon(find(this.#dialog, ".safety__trust", HTMLElement), trust);
    this.#say("label", text(`trust.${trust}`));
    this.#say("means", text(`trust.${trust}.means`, { name }));
    this.#say("news", this.#news(person, { code, theirs, limited }));
    this.#say("times", times > 0 ? text(times === 1 ? "safety.times.one" : "safety.times.many", { name, count: times }) : "");
    part(this.#dialog, "code").hidden = code === null;
    part(this.#dialog, "answers").hidden = code === null;
    part(this.#dialog, "match").hidden = confirmed;
    if (code) this.#showCode(code);
  }

  /** @param {Person} person @param {{code: SafetyCode | null, theirs: boolean, limited: boolean}} safety */
  #news({ name }, { code, theirs, limited }) {
    if (limited) return text("safety.limited", { name });
    if (code === null) return text("safety.making");
    return theirs ? text("safety.theirs", { name }) : "";
  }

  /** @param {SafetyCode} code */
  #showCode({ emoji, numbers }) {
    part(this.#dialog, "numbers").textContent = numbers.join(" ");
    find(this.#dialog, ".safety__emoji", HTMLElement).replaceChildren(...emoji.map(picture));
  }

  /** @param {string} name @param {string} words empty: nothing to say */
  #say(name, words) {
    const node = part(this.#dialog, name);
    node.hidden = words === "";
    if (node.textContent !== words) node.textContent = words;
  }
}

/** @param {number} place in the table of emoji */
function picture(place) {
  const item = document.createElement("li");
  const [glyph, name] = [document.createElement("span"), document.createElement("span")];
  glyph.textContent = text(`emoji.${place}`);
  glyph.setAttribute("aria-hidden", "true");
  name.textContent = text(`emoji.${place}.name`);
  item.append(glyph, name);
  return item;
}
