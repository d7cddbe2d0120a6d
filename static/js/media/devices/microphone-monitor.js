/**
 * A microphone that is on and gives nothing: taken by the system (a phone call on iOS leaves it muted), or silent to the
 * last bit, as with a switch on a headset. Opened anew at most twice, then said. A pure function.
 */

/** @typedef {"taken" | "silent"} MicrophoneTrouble */

/**
 * @typedef {object} Facts of one second
 * @property {number} now ms on a clock that only rises
 * @property {boolean} on whether there is a live track that the person has not muted
 * @property {boolean} taken whether the system keeps it from giving sound (`track.muted`)
 * @property {number | null} energy in all, as the statistics count it; null: this browser does not say, or nobody is connected
 * @property {number | null} seconds of sound in all, likewise
 */

/**
 * @typedef {object} Memory
 * @property {number | null} energy
 * @property {number | null} seconds
 * @property {MicrophoneTrouble | ""} trouble of now
 * @property {number} since ms
 * @property {number} reopened how often it was opened anew since it last gave sound
 * @property {number} reopenedAt ms
 * @property {boolean} reopen whether to open it anew now
 * @property {MicrophoneTrouble | ""} said what is certain by now
 */

/** Between words a person is silent for longer, but no room is silent to the last bit. @type {Readonly<Record<MicrophoneTrouble, number>>} */
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

/** Takes note of another second. @param {Readonly<Memory>} before @param {Readonly<Facts>} facts @returns {Memory} */
export function monitorMicrophone(before, { now, on, taken, energy, seconds }) {
  if (!on) return SOUND;
  const trouble = taken ? "taken" : hasNoSound(before, energy, seconds) ? "silent" : "";
  const counts = { energy, seconds };
  // Right after it was opened anew there is nothing to compare with: that is no sound yet.
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
