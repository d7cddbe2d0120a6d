/**
 * A microphone that is on and gives nothing: taken by the system (a phone call on iOS leaves it muted), or silent to the
 * last bit, as with a switch on a headset. Opened anew at most twice, then said. A pure function.
 *
 * @module
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
 * @property {number} healed how often it was opened anew since it last gave sound
 * @property {number} healedAt ms
 * @property {boolean} heal whether to open it anew now
 * @property {MicrophoneTrouble | ""} said what is certain by now
 */

/** Between words a person is silent for longer, but no room is silent to the last bit. @type {Readonly<Record<MicrophoneTrouble, number>>} */
const PATIENCE_MS = Object.freeze({ taken: 3_000, silent: 20_000 });
const MOST_HEALS = 2;

/** @type {Readonly<Memory>} */
export const SOUND = Object.freeze({
  energy: null,
  seconds: null,
  trouble: "",
  since: 0,
  healed: 0,
  healedAt: -Infinity,
  heal: false,
  said: "",
});

/**
 * Takes note of another second.
 *
 * @param {Readonly<Memory>} before
 * @param {Readonly<Facts>} facts
 * @returns {Memory}
 */
export function listenToOwn(before, { now, on, taken, energy, seconds }) {
  if (!on) return SOUND;
  const trouble = taken ? "taken" : hasNoSound(before, energy, seconds) ? "silent" : "";
  const counts = { energy, seconds };
  // Right after it was opened anew there is nothing to compare with: that is no sound yet.
  const unknown = trouble === "" && before.trouble === "silent" && !isLouder(before, energy);
  if (trouble === "" && !unknown) return { ...SOUND, ...counts };
  const kind = unknown ? "silent" : /** @type {MicrophoneTrouble} */ (trouble);
  const since = kind === before.trouble ? before.since : now;
  const due = now - Math.max(since, before.healedAt) >= PATIENCE_MS[kind];
  const heal = due && before.healed < MOST_HEALS;
  const said = due && !heal ? kind : before.trouble === kind ? before.said : "";
  const healed = before.healed + (heal ? 1 : 0);
  return { ...counts, trouble: kind, since, healed, healedAt: heal ? now : before.healedAt, heal, said };
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
