/** The state machine of a transfer, the same on both sides. Inputs that are not in the table change nothing. */

/**
 * - `offered`: the receiver has not answered
 * - `running`: bytes flow while there is a connection
 * - `paused-here`, `paused-there`, `paused-both`: paused by this side, the other, or both; each resumes its own
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

/** @param {TransferState} state @param {TransferInput} input @returns {TransferState} */
export function next(state, input) {
  return TABLE[state][input] ?? state;
}

/** @param {TransferState} state */
export function isOver(state) {
  return Object.keys(TABLE[state]).length === 0;
}
