/** The life of the call page as a table: state × input → next state. What is not in a row changes nothing. */

import { Emitter } from "../lib/emitter.js";

/**
 * - `prejoin`: the person looks at the preview and has not joined
 * - `waiting`: a guest has knocked and waits to be let in
 * - `joining`: keys are made, the server is asked
 * - `in-call`: in the room
 * - `reconnecting`: in the room, and the server cannot be reached; connections to peers continue
 * - `ended`: left, removed or refused; the page says why
 * @typedef {"prejoin" | "waiting" | "joining" | "in-call" | "reconnecting" | "ended"} CallState
 */

/**
 * - `join`: the person wants to join, for the first time or again
 * - `knock`: a host has to let the person in
 * - `admitted`: a host has let the person in
 * - `cancel`: the person does not want to wait any longer
 * - `knock-required`: the join rule has changed since the page was loaded: joining begins from scratch
 * - `entered`: the server let the person in, or back in
 * - `away`: the server cannot be reached
 * - `end`: the stay is over
 * @typedef {"join" | "knock" | "admitted" | "cancel" | "knock-required" | "entered" | "away" | "end"} CallInput
 */

/** @type {readonly CallInput[]} */
export const INPUTS = Object.freeze(["join", "knock", "admitted", "cancel", "knock-required", "entered", "away", "end"]);

/** @type {Readonly<Record<CallState, Readonly<Partial<Record<CallInput, CallState>>>>>} */
export const PAGE_STATES = Object.freeze({
  prejoin: { join: "joining", end: "ended" },
  waiting: { join: "joining", admitted: "joining", cancel: "prejoin", end: "ended" },
  joining: { knock: "waiting", "knock-required": "prejoin", entered: "in-call", end: "ended" },
  "in-call": { away: "reconnecting", end: "ended" },
  reconnecting: { entered: "in-call", end: "ended" },
  ended: { join: "joining", end: "ended" },
});

/** @typedef {object} PageStateEvents @property {{state: CallState}} changed an input had an effect; `current` is up to date */

/** @extends {Emitter<PageStateEvents>} */
export class PageState extends Emitter {
  /** @type {CallState} */
  current = "prejoin";

  /** Applies an input. @param {CallInput} input @returns {boolean} false when it means nothing in the current state */
  apply(input) {
    const next = PAGE_STATES[this.current][input];
    if (next === undefined) return false;
    this.current = next;
    this.emit("changed", { state: next });
    return true;
  }
}
