/** Says what is only shown otherwise: being in, screens, lost connections. */

import { say } from "../lib/announcer.js";
import { text } from "../lib/page.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Person } from "../../call/person.js" */

/** A screen that disappears with its connection counts as stopped after this time. */
const SCREEN_LOST_MS = 15_000;

export class Announcements {
  #session;
  #signal;
  /** @type {Map<string, string>} by pid: connected or lost */
  #connections = new Map();
  /** @type {Map<string, ReturnType<typeof setTimeout> | null>} by pid, of those who share; a timer: the connection is lost */
  #screens = new Map();

  /** @param {CallSession} session @param {AbortSignal} signal */
  constructor(session, signal) {
    this.#session = session;
    this.#signal = signal;
    session.link.on("joined", () => this.#sayEntered(), { signal, once: true });
    session.on("person-changed", ({ person }) => this.#onPersonChanged(person), { signal });
    session.on("person-removed", ({ person }) => this.#onPersonRemoved(person), { signal });
    session.mesh.on("peer-screen", ({ pid, stream }) => this.#onScreen(pid, stream !== null), { signal });
  }

  #sayEntered() {
    const count = new Set(this.#session.everyone.map(({ member }) => member)).size;
    const microphone = text(this.#session.self.muted ? "said.in.muted" : "said.in.unmuted");
    say(`${text(count === 1 ? "said.in.alone" : "said.in.many", { count })} ${microphone}`);
  }

  /** @param {Person} person */
  #onPersonChanged({ pid, name, state }) {
    const before = this.#connections.get(pid);
    const now = state === "connected" ? "connected" : state === "interrupted" || state === "failed" ? "lost" : before;
    if (now === undefined || now === before) return;
    this.#connections.set(pid, now);
    if (before !== undefined) say(text(`said.connection.${now}`, { name }));
  }

  /** Their departure says that their screen is gone, too. @param {Person} person */
  #onPersonRemoved({ pid }) {
    this.#connections.delete(pid);
    clearTimeout(this.#screens.get(pid) ?? undefined);
    this.#screens.delete(pid);
  }

  /** @param {string} pid @param {boolean} shares */
  #onScreen(pid, shares) {
    const person = this.#session.people.get(pid);
    if (!person) return;
    const known = this.#screens.has(pid);
    clearTimeout(this.#screens.get(pid) ?? undefined);
    if (shares) {
      this.#screens.set(pid, null);
      if (!known) say(text("said.screen.started", { name: person.name }));
    } else if (known && person.state === "connected") this.#sayStopped(pid);
    else if (known) this.#screens.set(pid, setTimeout(() => this.#signal.aborted || this.#sayStopped(pid), SCREEN_LOST_MS));
  }

  /** @param {string} pid */
  #sayStopped(pid) {
    const person = this.#session.people.get(pid);
    this.#screens.delete(pid);
    if (person) say(text("said.screen.stopped", { name: person.name }));
  }
}
