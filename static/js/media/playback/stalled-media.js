/**
 * Media that is sent and does not arrive: notices it, says when to mend it, at most twice, and then that it is so. A pure
 * function of what the statistics count and what the other side says it sends.
 *
 * @module
 */

/** @typedef {"no-sound" | "no-picture" | "frozen"} Symptom frozen: a picture arrives and cannot be decoded */

/**
 * @typedef {object} Facts of one second with one person
 * @property {number} now ms on a clock that only rises
 * @property {boolean} connected
 * @property {boolean} sound whether they say that they send sound
 * @property {boolean} picture whether they say that they send a moving picture
 * @property {number} audioPackets in all
 * @property {number} videoPackets in all
 * @property {number} decoded frames in all
 */

/** @typedef {{since: number | null, healed: number, healedAt: number, calmSince: number | null}} Case ms */
/** @typedef {Pick<Facts, "audioPackets" | "videoPackets" | "decoded">} Counts */

/**
 * @typedef {object} Memory
 * @property {Counts | null} counts of the second before; null: nothing to compare with
 * @property {Record<Symptom, Case>} cases
 * @property {Symptom | ""} said what is certain by now
 * @property {{symptom: Symptom, turn: number} | null} heal what to do now; turn: 1 or 2
 */

/** Long enough for a camera to start and for a way to be replaced. */
const PATIENCE_MS = 6_000;
const MOST_HEALS = 2;
/** Whoever was well for this long may be mended again. */
const CALM_MS = 60_000;
/** @type {readonly Symptom[]} the first is said first */
const SYMPTOMS = ["no-sound", "no-picture", "frozen"];

/** @type {Readonly<Case>} */
const WELL = Object.freeze({ since: null, healed: 0, healedAt: -Infinity, calmSince: null });

/** @type {Readonly<Memory>} */
export const NOTHING_MISSED = Object.freeze({ counts: null, cases: { "no-sound": WELL, "no-picture": WELL, frozen: WELL }, said: "", heal: null });

/**
 * Takes note of another second.
 *
 * @param {Readonly<Memory>} before
 * @param {Readonly<Facts>} facts
 * @returns {Memory}
 */
export function missWhatIsSent(before, facts) {
  const { now, connected, audioPackets, videoPackets, decoded } = facts;
  const { counts } = before;
  // Counts that fell belong to another RTCPeerConnection: it has to show first what comes.
  const fresh = counts === null || audioPackets < counts.audioPackets || videoPackets < counts.videoPackets;
  if (!connected || fresh) {
    const kept = connected ? { audioPackets, videoPackets, decoded } : null;
    return { counts: kept, cases: mapCases(before.cases, (one) => ({ ...one, since: null })), said: "", heal: null };
  }
  const arrives = videoPackets > counts.videoPackets;
  /** @type {Record<Symptom, boolean>} */
  const ill = {
    "no-sound": facts.sound && audioPackets === counts.audioPackets,
    "no-picture": facts.picture && !arrives,
    frozen: facts.picture && arrives && decoded <= counts.decoded,
  };
  const cases = mapCases(before.cases, (one, symptom) => follow(one, ill[symptom], now));
  const due = SYMPTOMS.find((symptom) => isDue(cases[symptom], now) && cases[symptom].healed < MOST_HEALS);
  const said = SYMPTOMS.find((symptom) => isDue(cases[symptom], now) && cases[symptom].healed >= MOST_HEALS) ?? "";
  if (due === undefined) return { counts: { audioPackets, videoPackets, decoded }, cases, said, heal: null };
  const turn = cases[due].healed + 1;
  cases[due] = { ...cases[due], healed: turn, healedAt: now };
  return { counts: { audioPackets, videoPackets, decoded }, cases, said, heal: { symptom: due, turn } };
}

/** @param {Case} before @param {boolean} ill @param {number} now @returns {Case} */
function follow(before, ill, now) {
  if (ill) return { ...before, since: before.since ?? now, calmSince: null };
  const calmSince = before.calmSince ?? now;
  return { ...before, since: null, calmSince, healed: now - calmSince >= CALM_MS ? 0 : before.healed };
}

/** @param {Case} one @param {number} now */
function isDue({ since, healedAt }, now) {
  return since !== null && now - Math.max(since, healedAt) >= PATIENCE_MS;
}

/**
 * @param {Readonly<Record<Symptom, Case>>} cases
 * @param {(one: Case, symptom: Symptom) => Case} change
 * @returns {Record<Symptom, Case>}
 */
function mapCases(cases, change) {
  const entries = SYMPTOMS.map((symptom) => [symptom, change(cases[symptom], symptom)]);
  return /** @type {Record<Symptom, Case>} */ (Object.fromEntries(entries));
}
