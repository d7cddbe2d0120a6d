/**
 * Why the server closes a socket, and what the browser does then. A test compares this table with `CloseCode` in
 * `rooms/live/close_codes.py` and with `docs/protocol.md`.
 */

/** @typedef {{reason: string, then: "stop" | "reconnect"}} CloseRule reason: the code's name; stop: give up and show why */

const TABLE = /** @type {const} */ ({
  4000: { reason: "bad_message", then: "stop" },
  4001: { reason: "signed_out", then: "stop" },
  4003: { reason: "not_member", then: "stop" },
  4004: { reason: "unknown_room", then: "stop" },
  4005: { reason: "room_closed", then: "stop" },
  4006: { reason: "room_expired", then: "stop" },
  4007: { reason: "room_full", then: "stop" },
  4008: { reason: "flooding", then: "stop" },
  4009: { reason: "too_large", then: "stop" },
  4010: { reason: "replaced", then: "stop" },
  4011: { reason: "removed", then: "stop" },
  4012: { reason: "draining", then: "reconnect" },
  4013: { reason: "suspended", then: "stop" },
  4014: { reason: "too_slow", then: "reconnect" },
  4015: { reason: "join_timeout", then: "reconnect" },
  4016: { reason: "version", then: "stop" },
  4017: { reason: "membership_expired", then: "stop" },
  4018: { reason: "locked", then: "stop" },
  4019: { reason: "denied", then: "stop" },
  4020: { reason: "knock_required", then: "reconnect" },
  4021: { reason: "knock_timeout", then: "stop" },
  4022: { reason: "meeting_ended", then: "stop" },
  4023: { reason: "kicked", then: "stop" },
  4024: { reason: "role_changed", then: "reconnect" },
  4025: { reason: "busy", then: "reconnect" },
});

/** @typedef {(typeof TABLE)[keyof typeof TABLE]["reason"]} Reason */

/** @type {Readonly<Record<number, Readonly<CloseRule>>>} */
export const CLOSE_CODES = Object.freeze(TABLE);

export const CODE = /** @type {Readonly<Record<Reason, number>>} */ (
  Object.freeze(Object.fromEntries(Object.entries(TABLE).map(([code, { reason }]) => [reason, Number(code)])))
);

/** Codes outside the table (1001, 1006, 1012, …) mean a lost connection. @param {number} code @returns {Readonly<CloseRule>} */
export function closeRule(code) {
  return CLOSE_CODES[code] ?? { reason: "lost", then: "reconnect" };
}

const LONGEST_AWAY_S = 60;

/**
 * After how many seconds a busy server wants to be asked again; 0 when it did not say so.
 * @param {{code: number, reason: string}} close reason: of the close frame, here a number of seconds
 */
export function secondsAway({ code, reason }) {
  const seconds = code === CODE.busy ? Number(reason) : 0;
  return seconds > 0 ? Math.min(seconds, LONGEST_AWAY_S) : 0;
}
