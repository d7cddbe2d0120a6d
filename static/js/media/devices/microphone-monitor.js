/**
 * Detects a microphone that is on but silent: muted by the system (iOS after a phone call), or with no signal at all, as with a
 * hardware switch. It is opened again at most twice, then reported. A pure function.
 */

/** @typedef {"taken" | "silent"} MicrophoneTrouble */

/**
 * One second. now: ms, monotonic; on: a live track, not muted by the person; taken: `track.muted`, the system blocks it; energy,
 * seconds: totals of the audio, null: not in the statistics, or no connection.
 * @typedef {{now: number, on: boolean, taken: boolean, energy: number | null, seconds: number | null}} Facts
 */

/**
 * since, reopenedAt: ms; reopened: attempts since the last sound; reopen: whether to open it again now; said: what to report.
 * @typedef {{energy: number | null, seconds: number | null, trouble: MicrophoneTrouble | "", since: number, reopened: number,
 *   reopenedAt: number, reopen: boolean, said: MicrophoneTrouble | ""}} Memory
 */

/** No room has absolute silence, however long a person pauses. @type {Readonly<Record<MicrophoneTrouble, number>>} */
const TIMEOUT_MS = Object.freeze({ taken: 3_000, silent: 20_000 });
const MAX_REOPENS = 2;

/** @type {Readonly<Memory>} */
export const SOUND = Object.freeze({
  energy: null,
  seconds: null,
  trouble: "",
  since: 0,
  reopened: 0,
  reopenedAt: -Infinity,
  reopen: false,
  said: "",
});

/** @param {Readonly<Memory>} before @param {Readonly<Facts>} facts @returns {Memory} */
export function monitorMicrophone(before, { now, on, taken, energy, seconds }) {
  if (!on) return SOUND;
  const trouble = taken ? "taken" : hasNoSound(before, energy, seconds) ? "silent" : "";
  const counts = { energy, seconds };
  // The first second of a new track proves nothing: there is nothing to compare it with.
  const unknown = trouble === "" && before.trouble === "silent" && !isLouder(before, energy);
  if (trouble === "" && !unknown) return { ...SOUND, ...counts };
  const kind = unknown ? "silent" : /** @type {MicrophoneTrouble} */ (trouble);
  const since = kind === before.trouble ? before.since : now;
  const due = now - Math.max(since, before.reopenedAt) >= TIMEOUT_MS[kind];
  const reopen = due && before.reopened < MAX_REOPENS;
  const said = due && !reopen ? kind : before.trouble === kind ? before.said : "";
  const reopened = before.reopened + (reopen ? 1 : 0);
  return { ...counts, trouble: kind, since, reopened, reopenedAt: reopen ? now : before.reopenedAt, reopen, said };
}

/** @param {Readonly<Memory>} before @param {number | null} energy @param {number | null} seconds */
function hasNoSound(before, energy, seconds) {
  if (energy === null || seconds === null || before.energy === null || before.seconds === null) return false;
  return seconds > before.seconds && energy === before.energy;
}

/** @param {Readonly<Memory>} before @param {number | null} energy */
function isLouder(before, energy) {
  return energy !== null && before.energy !== null && energy > before.energy;
}
