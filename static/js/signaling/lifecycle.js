/**
 * The life of the signaling socket as a table: state × input → next state. What is not in a row changes nothing.
 *
 * stopped     at rest: not begun, left, or refused for good
 * connecting  a WebSocket is being opened
 * joining     it is open, `join` is sent, `joined` is awaited
 * open        in the room
 * waiting     lost; a timer runs until the next try
 */

/** @typedef {"stopped" | "connecting" | "joining" | "open" | "waiting"} State */

/**
 * @typedef {"start" | "opened" | "joined" | "lost" | "refused" | "silent" | "due" | "online" | "renew" | "leave"} Input
 * start: the person wants in, or wants to try again now · opened: the WebSocket opened · joined: the server let us in ·
 * lost: closed with a code after which one comes back · refused: closed with a code after which one does not ·
 * silent: no answer in time · due: the waiting is over · online: the browser found a network · renew: what we told of
 * ourselves has changed: in again on another socket · leave: the person goes
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

/**
 * Looks up where an input leads.
 * @param {State} state
 * @param {Input} input
 * @returns {State | null} null when the input changes nothing in this state
 */
export function nextState(state, input) {
  return LIFECYCLE[state][input] ?? null;
}
