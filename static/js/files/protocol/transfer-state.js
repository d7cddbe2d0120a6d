/** The state machine of a transfer, the same on both sides. Inputs that are not in the table change nothing. */

/**
 * - `offered`: the receiver has not answered, or is asked again after a reload
 * - `running`: bytes flow while there is a connection
 * - `paused-here`, `paused-there`, `paused-both`: paused by this side, the other, or both; each resumes its own
 * - `done`, `declined`, `cancelled-here`, `cancelled-there`, `failed`: over. What happened at the receiver counts: a cancellation
 *   that crosses with the last file, or with a refusal, came too late
 * @typedef {"offered" | "running" | "paused-here" | "paused-there" | "paused-both" | "done" | "declined" | "cancelled-here"
 *   | "cancelled-there" | "failed"} TransferState
 */
/**
 * `…-there`: the other side did it; ask: the receiver's person is being asked.
 * @typedef {"accept" | "decline" | "decline-there" | "ask" | "pause" | "pause-there" | "resume" | "resume-there" | "cancel"
 *   | "cancel-there" | "done" | "fail"} TransferInput
 */

const ENDS = Object.freeze({ "decline-there": "declined", cancel: "cancelled-here", "cancel-there": "cancelled-there", fail: "failed" });
const MOVES = Object.freeze({ ...ENDS, ask: "offered", done: "done" });
const LATE = Object.freeze({ done: "done", fail: "failed" });

/** @type {Readonly<Record<TransferState, Partial<Record<TransferInput, TransferState>>>>} */
export const TABLE = Object.freeze({
  offered: { accept: "running", decline: "declined", ...ENDS },
  running: { pause: "paused-here", "pause-there": "paused-there", ...MOVES },
  "paused-here": { resume: "running", "pause-there": "paused-both", ...MOVES },
  "paused-there": { pause: "paused-both", "resume-there": "running", ...MOVES },
  "paused-both": { resume: "paused-there", "resume-there": "paused-here", ...MOVES },
  done: {},
  declined: {},
  "cancelled-here": { "decline-there": "declined", ...LATE },
  "cancelled-there": LATE,
  failed: {},
});

/** @param {TransferState} state @param {TransferInput} input @returns {TransferState} */
export function next(state, input) {
  return TABLE[state][input] ?? state;
}

/** @param {TransferState} state */
export function isOver(state) {
  return !("cancel" in TABLE[state]);
}
