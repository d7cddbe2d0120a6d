/**
 * Who is to receive the chosen files. It is kept apart from the list of connected people: a person who leaves stays chosen, and
 * no other person takes their place.
 */

/** @import { Person } from "../../call/person.js" */
/** @import { PersonMet } from "../../waiting/people-met.js" */
/** @typedef {Pick<Person, "pid" | "member" | "name">} Receiver away, and not seen in this call: without a pid */

export const EVERYONE = "*";

export class ReceiverChoice {
  /** @type {Receiver | typeof EVERYONE | null} */
  #wanted = null;
  /** Whether the person named them. */
  #named = false;
  /** @type {Person[]} */
  #others = [];
  /** @type {readonly PersonMet[]} */
  #met = [];

  /** Those for whom files can wait. @param {readonly PersonMet[]} met in this room, in this call or before */
  set met(met) {
    this.#met = met;
  }

  /** People who are not connected, without the one who is chosen. */
  get absent() {
    return this.#met.filter(({ member }) => member !== this.away?.member && !this.#others.some((other) => other.member === member));
  }

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

  /** @param {string} value EVERYONE, the pid of a connected person, or `valueOf` a person who is absent */
  choose(value) {
    this.#named = true;
    if (value === EVERYONE) this.#wanted = EVERYONE;
    else this.#wanted = this.#others.find(({ pid }) => pid === value) ?? this.#absentOf(value) ?? this.#wanted;
  }

  /** @param {string} value @returns {Receiver | undefined} */
  #absentOf(value) {
    const person = this.#met.find(({ member }) => valueOf(member) === value);
    return person && { pid: value, member: person.member, name: person.name };
  }

  /** The wanted person, if files can wait for them. */
  get later() {
    const { away } = this;
    return away && this.#met.some(({ member }) => member === away.member) ? away : null;
  }

  /** EVERYONE, a pid, or empty: not chosen. */
  get value() {
    return this.#wanted === null || this.#wanted === EVERYONE ? (this.#wanted ?? "") : this.#wanted.pid;
  }

  /** The wanted person, if they are not connected. */
  get away() {
    const wanted = this.#wanted;
    return wanted === null || wanted === EVERYONE || this.#others.some((other) => other === wanted) ? null : wanted;
  }

  get receivers() {
    return this.#others.filter((person) => this.#wanted === EVERYONE || person === this.#wanted);
  }
}

/** Of a person who is absent. @param {string} member */
export function valueOf(member) {
  return `@${member}`;
}

/** @param {Person[]} others @param {Receiver} wanted */
function find(others, wanted) {
  return others.find(({ pid }) => pid === wanted.pid) ?? others.find(({ member }) => member !== "" && member === wanted.member);
}
