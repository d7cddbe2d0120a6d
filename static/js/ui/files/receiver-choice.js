/**
 * Who is to receive the chosen files. It is kept apart from the list of connected people: a person who leaves stays chosen, and
 * no other person takes their place.
 */

/** @import { Person } from "../../call/person.js" */

export const EVERYONE = "*";

export class ReceiverChoice {
  /** @type {Person | typeof EVERYONE | null} */
  #wanted = null;
  /** Whether the person named them. */
  #named = false;
  /** @type {Person[]} */
  #others = [];

  /** For the next files: begins with the receiver who was last named, unless they are gone. @param {Person[]} others connected */
  start(others) {
    this.follow(others);
    this.#named &&= this.away === null;
    if (!this.#named) this.#wanted = null;
    this.follow(others);
  }

  /** Finds the wanted person again, perhaps in another tab. Without a choice, only a single person is taken. @param {Person[]} others connected */
  follow(others) {
    this.#others = others;
    const wanted = this.#wanted;
    if (wanted === null) this.#wanted = others.length === 1 ? others[0] : null;
    else if (wanted !== EVERYONE) this.#wanted = find(others, wanted) ?? wanted;
  }

  /** @param {string} value EVERYONE or the pid of a connected person */
  choose(value) {
    this.#named = true;
    this.#wanted = value === EVERYONE ? EVERYONE : (this.#others.find(({ pid }) => pid === value) ?? this.#wanted);
  }

  /** EVERYONE, a pid, or empty: not chosen. */
  get value() {
    return this.#wanted === null || this.#wanted === EVERYONE ? (this.#wanted ?? "") : this.#wanted.pid;
  }

  /** The wanted person, if they are not connected. */
  get away() {
    const wanted = this.#wanted;
    return wanted === null || wanted === EVERYONE || this.#others.includes(wanted) ? null : wanted;
  }

  get receivers() {
    return this.#others.filter((person) => this.#wanted === EVERYONE || person === this.#wanted);
  }
}

/** @param {Person[]} others @param {Person} wanted */
function find(others, wanted) {
  return others.find(({ pid }) => pid === wanted.pid) ?? others.find(({ member }) => member !== "" && member === wanted.member);
}
