/**
 * Reports a person or the room to the moderators of the site. It sends the form and the member, and records nothing of the
 * call. The others do not learn of it.
 */

import { openDialog } from "../lib/dialog.js";
import { byId, find, text } from "../lib/page.js";
import { guardSubmit } from "../lib/submit-guard.js";
import { personMenu } from "./person-menu.js";
import { postJson } from "../../lib/request.js";
import { toast } from "../lib/toasts.js";

/** @import { CallSession } from "../../call/session.js" */

export class ReportDialog {
  #session;
  #url;
  #dialog = byId("report-dialog", HTMLDialogElement);
  #form = find(this.#dialog, "form", HTMLFormElement);
  #problem = find(this.#dialog, "[role=alert]", HTMLElement);

  /** @param {CallSession} session @param {string} url @param {AbortSignal} signal */
  constructor(session, url, signal) {
    this.#session = session;
    this.#url = url;
    const action = {
      id: "report",
      icon: "flag",
      label: text("person.report"),
      run: (/** @type {string} */ pid) => this.#openFor(pid),
    };
    personMenu.addAction({ ...action, shown: ({ self, member }) => !self && member !== session.self.member }, signal);
    byId("report-room", HTMLButtonElement).addEventListener("click", () => this.#open("", text("report.room")), { signal });
    guardSubmit(this.#form, () => this.#sendReport(), signal);
    signal.addEventListener("abort", () => this.#dialog.close());
  }

  /** @param {string} pid */
  #openFor(pid) {
    const person = this.#session.people.get(pid);
    if (person?.member) this.#open(person.member, text("report.person", { name: person.name }));
  }

  /** The reported member; empty for the room. Kept with what is written about them, which outlasts a call. */
  get #subject() {
    return this.#dialog.dataset.subject ?? "";
  }

  /** @param {string} subject @param {string} title */
  #open(subject, title) {
    // A text about one person must not go out as a report on another.
    if (subject !== this.#subject) this.#form.reset();
    this.#dialog.dataset.subject = subject;
    this.#problem.textContent = "";
    find(this.#dialog, "h2", HTMLElement).textContent = title;
    openDialog(this.#dialog);
  }

  async #sendReport() {
    const fields = new FormData(this.#form);
    this.#problem.textContent = "";
    const { status, data } = await postJson(this.#url, {
      category: String(fields.get("category")),
      description: String(fields.get("description")),
      subject: this.#subject,
    });
    if (status === 201) {
      this.#form.reset();
      this.#dialog.close();
      toast(text("report.sent"));
    } else {
      this.#problem.textContent = typeof data.message === "string" ? data.message : text("report.failed");
    }
  }
}
