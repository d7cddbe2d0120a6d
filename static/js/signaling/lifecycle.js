/**
 * The life of the signaling socket as a table: state × input → next state. An input that is not in a row changes nothing.
 *
 * stopped     not started, left, or refused for good
 * connecting  a WebSocket is being opened
 * joining     it is open, `join` is sent, `joined` is awaited
 * open        in the room
 * waiting     lost; a timer runs until the next try
 */

/** @typedef {"stopped" | "connecting" | "joining" | "open" | "waiting"} State */

/**
 * @typedef {"start" | "opened" | "joined" | "lost" | "refused" | "silent" | "due" | "online" | "renew" | "leave"} Input
 * start: the person joins, or retries now; lost, refused: closed with a code that allows a reconnect, or does not;
 * silent: no answer in time; due: the wait is over; online: the browser found a network; renew: rejoin with a changed hello
 */

/** @type {readonly State[]} */
export const STATES = Object.freeze(["stopped", "connecting", "joining", "open", "waiting"]);

/** @type {readonly Input[]} */
export const INPUTS = Object.freeze([
  "start",
  "opened",
  "joined",
  "lost",
  "refused",
  "silent",
  "due",
  "online",
  "renew",
  "leave",
]);

/** @type {Readonly<Record<State, Readonly<Partial<Record<Input, State>>>>>} */
export const LIFECYCLE = Object.freeze({
  stopped: { start: "connecting" },
  connecting: { opened: "joining", lost: "waiting", refused: "stopped", silent: "waiting", leave: "stopped" },
  joining: { joined: "open", lost: "waiting", refused: "stopped", silent: "waiting", leave: "stopped" },
  open: { lost: "waiting", refused: "stopped", silent: "waiting", renew: "connecting", leave: "stopped" },
  waiting: { start: "connecting", due: "connecting", online: "connecting", leave: "stopped" },
});

/** Null when the input changes nothing. @param {State} state @param {Input} input @returns {State | null} */
export function nextState(state, input) {
  return LIFECYCLE[state][input] ?? null;
}
