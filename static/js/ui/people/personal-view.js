/**
 * How one sees and hears somebody, for oneself alone: pinned, muted for me. Nobody is told.
 *
 * Both hold for the person, not for the tab: somebody who reloads is still pinned and still not heard.
 */

import { text } from "../lib/page.js";
import { personMenu } from "./person-menu.js";

/** @import { Person } from "../../call/person.js" */
/** @import { CallSession } from "../../call/session.js" */

export class PersonalView {
  #session;
  /** The member who is pinned; one at a time. */
  #pinned = "";
  /** @type {Set<string>} members who are not to be heard */
  #mutedLocally = new Set();
  /** What they send: voice and, perhaps, the sound of a screen. @type {Map<string, Set<MediaStream>>} by pid */
  #streams = new Map();

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
    session.mesh.on("peer-track", ({ pid, stream }) => this.#onStream(pid, stream), { signal });
    session.mesh.on("peer-screen", ({ pid, stream }) => stream && this.#onStream(pid, stream), { signal });
    session.mesh.on("peer-removed", ({ pid }) => this.#streams.delete(pid), { signal });
  }

  /** @param {string} pid */
  #pin(pid) {
    const member = this.#session.people.get(pid)?.member ?? "";
    this.#pinned = member === this.#pinned ? "" : member;
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
    const mutedLocally = this.#mutedLocally.has(member);
    this.#session.updatePerson(pid, { pinned: member === this.#pinned, mutedLocally });
    // The track and not the element is silenced: that "press to hear" gives its sound back makes no difference then.
    for (const stream of this.#streams.get(pid) ?? []) for (const track of stream.getAudioTracks()) track.enabled = !mutedLocally;
  }

  /** @param {string} pid @param {MediaStream} stream has a new track */
  #onStream(pid, stream) {
    const streams = this.#streams.get(pid) ?? new Set();
    this.#streams.set(pid, streams.add(stream));
    const person = this.#session.people.get(pid);
    if (person) this.#applyView(person);
  }
}
