/** The dialog in which two people compare their safety code. */

import { openDialog } from "../lib/dialog.js";
import { byId, find, part, text } from "../lib/page.js";
import { personMenu } from "../people/person-menu.js";
import { formerName, showTrustIcon, trustLabel, trustOf } from "../people/trust.js";

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
    session.on("person-changed", ({ person }) => this.#onPersonChanged(person), { signal });
    session.on("person-removed", ({ person }) => this.#onPersonChanged(person), { signal });
    part(this.#dialog, "match").addEventListener("click", () => this.#confirm(), { signal });
    part(this.#dialog, "differ").addEventListener("click", () => this.#reject(), { signal });
    signal.addEventListener("abort", () => this.#dialog.close());
    const action = { id: "safety", icon: "verified", label: text("safety.open"), run: (/** @type {string} */ pid) => this.#open(pid) };
    personMenu.addAction({ ...action, shown: (person) => trustOf(person) !== "" }, signal);
  }

  /** @param {Event} event a click, perhaps on the trust label of a person */
  openFor({ target }) {
    const button = target instanceof Element ? target.closest(".trust-button") : null;
    if (button instanceof HTMLElement) this.#open(button.dataset.pid ?? "");
  }

  /** @param {string} pid */
  #open(pid) {
    const person = this.#session.people.get(pid);
    if (!person || this.#dialog.open) return;
    this.#pid = person.pid;
    this.#showPerson(person);
    openDialog(this.#dialog);
  }

  /** The name that the dialog shows is the one that was compared. */
  #confirm() {
    const person = this.#session.people.get(this.#pid);
    if (person) this.#session.safety.confirmCode(person.pid, person.name);
  }

  #reject() {
    this.#dialog.close();
    this.#session.safety.rejectCode(this.#pid);
  }

  /** @param {Person} person */
  #onPersonChanged(person) {
    if (!this.#dialog.open || person.pid !== this.#pid) return;
    if (this.#session.people.has(person.pid) && person.state !== "refused") this.#showPerson(person);
    else this.#dialog.close();
  }

  /** @param {Person} person */
  #showPerson(person) {
    const { name, safety } = person;
    const { code = null, confirmed = false, confirmedRemotely = false, times = 0, limited = false } = safety ?? {};
    const trust = trustOf(person);
    find(this.#dialog, "h2", HTMLElement).textContent = text("safety.title", { name });
    showTrustIcon(find(this.#dialog, ".safety__trust", HTMLElement), trust);
    const as = formerName(person);
    this.#setPart("label", trustLabel(person));
    this.#setPart("means", text(`trust.${trust}.means`, { name: as || (trust === "changed" && person.device?.as) || name }));
    this.#setPart("renamed", as ? text("safety.renamed", { as, name }) : "");
    this.#setPart("lasting", confirmed ? text(person.device?.lasting ? "safety.lasting" : "safety.passing", { name }) : "");
    this.#setPart("news", this.#newsFor(person, { code, confirmedRemotely, limited }));
    this.#setPart("times", times > 0 ? text(times === 1 ? "safety.times.one" : "safety.times.many", { name, count: times }) : "");
    part(this.#dialog, "code").hidden = code === null;
    part(this.#dialog, "answers").hidden = code === null;
    part(this.#dialog, "match").hidden = confirmed;
    part(this.#dialog, "choice").hidden = !confirmed && trust !== "before";
    if (code) this.#showCode(code);
  }

  /** @param {Person} person @param {{code: SafetyCode | null, confirmedRemotely: boolean, limited: boolean}} safety */
  #newsFor({ name }, { code, confirmedRemotely, limited }) {
    if (limited) return text("safety.limited", { name });
    if (code === null) return text("safety.making");
    return confirmedRemotely ? text("safety.theirs", { name }) : "";
  }

  /** @param {SafetyCode} code */
  #showCode({ emoji, numbers }) {
    part(this.#dialog, "numbers").textContent = numbers.join(" ");
    find(this.#dialog, ".safety__emoji", HTMLElement).replaceChildren(...emoji.map(emojiItem));
  }

  /** @param {string} name @param {string} message empty: hides the part */
  #setPart(name, message) {
    const node = part(this.#dialog, name);
    node.hidden = message === "";
    if (node.textContent !== message) node.textContent = message;
  }
}

/** @param {number} index in the table of emoji */
function emojiItem(index) {
  const item = document.createElement("li");
  const [glyph, name] = [document.createElement("span"), document.createElement("span")];
  glyph.textContent = text(`emoji.${index}`);
  glyph.setAttribute("aria-hidden", "true");
  name.textContent = text(`emoji.${index}.name`);
  item.append(glyph, name);
  return item;
}
