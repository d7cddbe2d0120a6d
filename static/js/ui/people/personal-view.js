/**
 * How this person sees and hears another: pinned, muted locally with the sound of their screen. The others do not learn of it.
 * Both apply to the member, not to the tab, and survive a reload of the other person.
 */

import { text } from "../lib/page.js";
import { personMenu } from "./person-menu.js";

/** @import { Person } from "../../call/person.js" */
/** @import { CallSession } from "../../call/session.js" */

export class PersonalView {
  #session;
  /** The pinned member. */
  #pinned = "";
  /** @type {Set<string>} members */
  #mutedLocally = new Set();
  /** The pid of whom a host shows to everyone: large, unless the person here has pinned another. */
  #spotlit = "";

  /** @param {CallSession} session @param {AbortSignal} signal */
  constructor(session, signal) {
    this.#session = session;
    const other = (/** @type {Person} */ { self, state }) => !self && state !== "refused";
    personMenu.addAction(
      {
        id: "pin",
        icon: "pin",
        label: ({ member }) => text(member === this.#pinned ? "person.unpin" : "person.pin"),
        shown: other,
        run: (pid) => this.#pin(pid),
      },
      signal,
    );
    personMenu.addAction(
      {
        id: "mute-locally",
        icon: "muted-locally",
        label: ({ member }) => text(this.#mutedLocally.has(member) ? "person.unmute-locally" : "person.mute-locally"),
        shown: other,
        run: (pid) => this.#muteLocally(pid),
      },
      signal,
    );
    session.on("person-added", ({ person }) => this.#applyView(person), { signal });
  }

  /** @param {string} pid */
  #pin(pid) {
    const member = this.#session.people.get(pid)?.member ?? "";
    this.#pinned = member === this.#pinned ? "" : member;
    for (const person of this.#session.people.values()) this.#applyView(person);
  }

  /** @param {string} pid empty: no one */
  spotlight(pid) {
    this.#spotlit = pid;
    for (const person of this.#session.people.values()) this.#applyView(person);
  }

  /** @param {string} pid */
  #muteLocally(pid) {
    const member = this.#session.people.get(pid)?.member;
    if (member === undefined) return;
    if (!this.#mutedLocally.delete(member)) this.#mutedLocally.add(member);
    for (const person of this.#session.people.values()) if (person.member === member) this.#applyView(person);
  }

  /** @param {Person} person */
  #applyView({ pid, member }) {
    this.#session.updatePerson(pid, { pinned: this.#pinned ? member === this.#pinned : pid === this.#spotlit, mutedLocally: this.#mutedLocally.has(member) });
  }
}
