/** The form on a room's page that leaves files for people who are away. */

import { safeName } from "../../files/protocol/safe-name.js";
import { fromInput } from "../files/chosen-files.js";
import { formatSize } from "../lib/formats.js";
import { byId, find, part } from "../lib/page.js";
import { laterWords, sendLater } from "./send-later.js";

/** @import { SelectedFile } from "../../files/protocol/metadata.js" */
/** @import { WaitingFiles } from "../../waiting/waiting-files.js" */

export class LaterForm {
  #form = byId("later-form", HTMLFormElement);
  #input = part(this.#form, "input", HTMLInputElement);
  #to = part(this.#form, "to", HTMLSelectElement);
  #submit = find(this.#form, "button[type=submit]", HTMLButtonElement);
  #words = laterWords();
  #files;
  /** @type {SelectedFile[]} */
  #chosen = [];

  /** @param {WaitingFiles} files of the page's room @param {AbortSignal} signal */
  constructor(files, signal) {
    this.#files = files;
    files.on("changed", () => this.#showPeople(), { signal });
    part(this.#form, "choose").addEventListener("click", () => this.#input.click(), { signal });
    part(this.#form, "cancel").addEventListener("click", () => this.#choose([]), { signal });
    this.#input.addEventListener("change", () => this.#choose(fromInput(this.#input).chosen), { signal });
    this.#to.addEventListener("change", () => this.#showPeople(), { signal });
    this.#form.addEventListener("submit", (event) => void this.#send(event), { signal });
    this.#showPeople();
  }

  get #person() {
    return this.#files.met.find(({ member }) => member === this.#to.value);
  }

  #showPeople() {
    const { met } = this.#files;
    part(this.#form, "no-one").hidden = met.length > 0;
    part(this.#form, "fields").hidden = met.length === 0;
    const options = met.map(({ member, name }) => new Option(name, member));
    const known = [...this.#to.options].map(({ value, text }) => `${value} ${text}`).join();
    if (options.map(({ value, text }) => `${value} ${text}`).join() !== known) {
      const { value } = this.#to;
      this.#to.replaceChildren(...options);
      if (met.some(({ member }) => member === value)) this.#to.value = value;
    }
    part(this.#form, "note").textContent = this.#person ? this.#words("later.note", { name: this.#person.name }) : "";
  }

  /** @param {SelectedFile[]} chosen */
  #choose(chosen) {
    this.#chosen = chosen;
    part(this.#form, "result").textContent = "";
    part(this.#form, "chosen").hidden = chosen.length === 0;
    if (chosen.length === 0) return;
    const size = formatSize(chosen.reduce((sum, { file }) => sum + file.size, 0));
    const what = chosen.length === 1 ? safeName(chosen[0].file.name) : this.#words("waiting.files", { count: chosen.length });
    part(this.#form, "what").textContent = this.#words("waiting.what", { what, size });
    this.#to.focus();
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    event.preventDefault();
    const person = this.#person;
    if (!person || this.#chosen.length === 0) return;
    this.#submit.disabled = true;
    const { message, kept } = await sendLater(this.#files, this.#chosen, person);
    this.#submit.disabled = false;
    if (kept) this.#choose([]);
    part(this.#form, "result").textContent = message;
  }
}
