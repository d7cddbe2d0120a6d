/** The life of a transfer as a table; both sides have the same. What is not in the table changes nothing. */

/**
 * - `offered`: the receiver has not answered
 * - `running`: bytes flow when there is a way for them
 * - `paused-here`, `paused-there`, `paused-both`: this side, the other or both have pressed Pause; each resumes its own
 * - `done`, `declined`, `cancelled`, `failed`: over
 * @typedef {"offered" | "running" | "paused-here" | "paused-there" | "paused-both" | "done" | "declined" | "cancelled" | "failed"} TransferState
 */
/** @typedef {"accept" | "decline" | "pause" | "resume" | "pause-there" | "resume-there" | "cancel" | "done" | "fail"} TransferInput */

const ENDS = Object.freeze({ cancel: "cancelled", fail: "failed" });

/** @type {Readonly<Record<TransferState, Partial<Record<TransferInput, TransferState>>>>} */
export const TABLE = Object.freeze({
  offered: { accept: "running", decline: "declined", ...ENDS },
  running: { pause: "paused-here", "pause-there": "paused-there", done: "done", ...ENDS },
  "paused-here": { resume: "running", "pause-there": "paused-both", done: "done", ...ENDS },
  "paused-there": { pause: "paused-both", "resume-there": "running", done: "done", ...ENDS },
  "paused-both": { resume: "paused-there", "resume-there": "paused-here", done: "done", ...ENDS },
  done: {},
  declined: {},
  cancelled: {},
  failed: {},
});

/**
 * Says what becomes of a transfer.
 * @param {TransferState} state
 * @param {TransferInput} input
 * @returns {TransferState} the same when the input means nothing now
 */
export function next(state, input) {
  return TABLE[state][input] ?? state;
}

/** Tells whether nothing can change any more. @param {TransferState} state */
export function isOver(state) {
  return Object.keys(TABLE[state]).length === 0;
}
