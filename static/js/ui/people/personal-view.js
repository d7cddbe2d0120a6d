/**
 * How this person sees and hears another: pinned, as many as they like, or muted locally with the sound of their screen. The
 * others do not learn of it. Both apply to the member, not to the tab, and survive a reload of the other person.
 */

import { say } from "../lib/announcer.js";
import { text } from "../lib/page.js";
import { personMenu } from "./person-menu.js";

/** @import { Person } from "../../call/person.js" */
/** @import { CallSession } from "../../call/session.js" */

export class PersonalView {
  #session;
  /** @type {Set<string>} members */
  #pinned = new Set();
  /** @type {Set<string>} members */
  #mutedLocally = new Set();
  /** The pid of whom a host shows to everyone: large, unless the person here has pinned someone who is in the call. */
  #spotlit = "";

  /** @param {CallSession} session @param {AbortSignal} signal */
  constructor(session, signal) {
    this.#session = session;
    const other = (/** @type {Person} */ { self, state }) => !self && state !== "refused";
    personMenu.addAction(
      {
        id: "pin",
        icon: "pin",
        label: ({ member }) => text(this.#pinned.has(member) ? "person.unpin" : "person.pin"),
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
    session.on("person-added", () => this.#applyToAll(), { signal });
    session.on("person-removed", () => this.#applyToAll(), { signal });
  }

  /** @param {string} pid */
  #pin(pid) {
    const { member = "", name = "" } = this.#session.people.get(pid) ?? {};
    const unpinned = this.#pinned.delete(member);
    if (!unpinned) this.#pinned.add(member);
    this.#applyToAll();
    say(text(unpinned ? "said.unpinned" : "said.pinned", { name }));
  }

  /** @param {string} pid empty: no one */
  spotlight(pid) {
    this.#spotlit = pid;
    this.#applyToAll();
  }

  /** @param {string} pid */
  #muteLocally(pid) {
    const member = this.#session.people.get(pid)?.member;
    if (member === undefined) return;
    if (!this.#mutedLocally.delete(member)) this.#mutedLocally.add(member);
    this.#applyToAll();
  }

  #applyToAll() {
    const people = [...this.#session.people.values()];
    const chosen = people.some(({ member }) => this.#pinned.has(member));
    for (const { pid, member } of people) {
      const pinned = chosen ? this.#pinned.has(member) : pid === this.#spotlit;
      this.#session.updatePerson(pid, { pinned, mutedLocally: this.#mutedLocally.has(member) });
    }
  }
}
