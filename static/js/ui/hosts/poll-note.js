/** Shows that a host asks everyone, and opens the dialog in which people vote. */

import { showNotice } from "../lib/announcer.js";
import { openDialog } from "../lib/dialog.js";
import { formatPercent } from "../lib/formats.js";
import { byId, find, fromTemplate, part, text } from "../lib/page.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Poll, Polls } from "../../hosts/polls.js" */

export class PollNote {
  #note = byId("poll-note", HTMLElement);
  #dialog = byId("poll-dialog", HTMLDialogElement);
  #options = find(this.#dialog, "fieldset", HTMLElement);
  #session;
  #polls;
  #shown = "";

  /** @param {CallSession} session @param {Polls} polls @param {AbortSignal} signal */
  constructor(session, polls, signal) {
    this.#session = session;
    this.#polls = polls;
    const press = (/** @type {HTMLElement} */ root, /** @type {string} */ name, /** @type {() => void} */ run) => part(root, name).addEventListener("click", run, { signal });
    press(this.#note, "open", () => this.open());
    press(this.#note, "close", () => (this.#note.hidden = true));
    press(this.#dialog, "end", () => polls.close());
    press(this.#dialog, "remove", () => polls.remove());
    find(this.#dialog, "form", HTMLFormElement).addEventListener("submit", (event) => this.#vote(event), { signal });
    polls.on("changed", ({ poll, isNew }) => this.#onChanged(poll, isNew), { signal });
    session.on("person-removed", () => this.#update(), { signal });
    session.on("person-changed", () => this.#dialog.open && this.#update(), { signal });
    signal.addEventListener("abort", () => this.#onChanged(null, false));
  }

  open() {
    this.#update();
    openDialog(this.#dialog);
  }

  /** @param {Poll | null} poll @param {boolean} isNew */
  #onChanged(poll, isNew) {
    if (poll === null) this.#dialog.close();
    const line = poll ? this.#lineOf(poll) : "";
    const isOver = poll !== null && !poll.open && this.#shown === `${poll.id} true`;
    this.#shown = poll ? `${poll.id} ${poll.open}` : "";
    // A note that was closed stays closed while votes are counted.
    if (isNew || isOver || poll === null) showNotice(this.#note, find(this.#note, "p", HTMLElement), line);
    this.#update();
  }

  /** @param {Poll} poll */
  #lineOf({ author, question, open }) {
    if (!open) return text("poll.ended", { question });
    if (author === this.#session.self.pid) return text("poll.asked.own", { question });
    return text("poll.asked", { name: this.#session.people.get(author)?.name ?? "", question });
  }

  /** @param {Poll} poll */
  #authorOf({ author }) {
    return author === this.#session.self.pid ? text("self") : (this.#session.people.get(author)?.name ?? "");
  }

  #update() {
    const { poll, choice, isOpen } = this.#polls;
    if (poll === null) return;
    byId("poll-title", HTMLElement).textContent = poll.question;
    if (this.#options.dataset.poll !== poll.id) this.#fill(poll);
    const total = poll.counts.reduce((sum, count) => sum + count, 0);
    for (const [at, item] of [...this.#options.querySelectorAll(".poll__option")].entries()) {
      const count = poll.counts[at];
      const share = total > 0 ? count / total : 0;
      find(item, "input", HTMLInputElement).disabled = !isOpen;
      find(item, ".poll__bar", HTMLProgressElement).value = share;
      const words = `${text(count === 1 ? "poll.votes.one" : "poll.votes.many", { count })}${total > 0 ? ` · ${formatPercent(share)}` : ""}`;
      find(item, ".poll__count", HTMLElement).textContent = words;
    }
    const isOwn = poll.author === this.#session.self.pid;
    const open = isOwn ? text("poll.open.own") : text("poll.open", { name: this.#authorOf(poll) });
    const vote = choice === null ? "" : `${text("poll.thanks", { option: poll.options[choice] })}. `;
    const about = vote + (isOpen ? open : text("poll.closed"));
    if (part(this.#dialog, "about").textContent !== about) part(this.#dialog, "about").textContent = about;
    part(this.#dialog, "vote").hidden = !isOpen;
    part(this.#dialog, "end").hidden = !isOwn || !poll.open;
    part(this.#dialog, "remove").hidden = !this.#polls.mayRemove;
  }

  /** @param {Poll} poll */
  #fill({ id, options }) {
    this.#options.dataset.poll = id;
    for (const old of this.#options.querySelectorAll(".poll__option")) old.remove();
    for (const [at, words] of options.entries()) {
      const item = find(fromTemplate("poll-option-template"), "label", HTMLElement);
      find(item, "input", HTMLInputElement).value = String(at);
      find(item, ".poll__text", HTMLElement).textContent = words;
      this.#options.append(item);
    }
  }

  /** @param {SubmitEvent} event */
  #vote(event) {
    event.preventDefault();
    const chosen = this.#options.querySelector("input:checked");
    if (!(chosen instanceof HTMLInputElement)) return;
    this.#polls.vote(Number(chosen.value));
    this.#update();
  }
}
