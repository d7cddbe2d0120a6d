/** Detects media that a peer sends and that does not arrive; decides when to recover, at most twice, and when to report. Pure. */

/** @typedef {"no-sound" | "no-picture" | "frozen"} Symptom frozen: video arrives but is not decoded */

/**
 * One second with one peer. now: ms, monotonic; sound, picture: whether the peer sends audio, video; the others are totals.
 * @typedef {{now: number, connected: boolean, sound: boolean, picture: boolean, audioPackets: number, videoPackets: number,
 *   decoded: number}} Facts
 */

/** @typedef {{since: number | null, recoveries: number, recoveredAt: number, calmSince: number | null}} SymptomState ms */
/** @typedef {Pick<Facts, "audioPackets" | "videoPackets" | "decoded">} Counts */

/**
 * counts: a second ago, null: nothing to compare with; said: what to report; recover: what to do now, turn: 1 or 2.
 * @typedef {{counts: Counts | null, cases: Record<Symptom, SymptomState>, said: Symptom | "",
 *   recover: {symptom: Symptom, turn: number} | null}} Memory
 */

/** Long enough for a camera to start and for the path to change. */
const STALL_TIMEOUT_MS = 6_000;
const MAX_RECOVERIES = 2;
/** After this long without a symptom, recovery may be tried again. */
const CALM_MS = 60_000;
/** The first is reported first. @type {readonly Symptom[]} */
const SYMPTOMS = ["no-sound", "no-picture", "frozen"];

/** @type {Readonly<SymptomState>} */
const WELL = Object.freeze({ since: null, recoveries: 0, recoveredAt: -Infinity, calmSince: null });

/** @type {Readonly<Memory>} */
export const NOTHING_STALLED = Object.freeze({ counts: null, cases: { "no-sound": WELL, "no-picture": WELL, frozen: WELL }, said: "", recover: null });

/**
 * What a peer sends and the line has to deliver: not what their own device withholds.
 * @param {{muted: boolean, camera: boolean, capture?: {camera: string, microphone: string}}} person
 * @param {string | undefined} picture of their sending status @returns {{sound: boolean, picture: boolean}}
 */
export function expectedMedia({ muted, camera, capture }, picture) {
  return { sound: !muted && !capture?.microphone, picture: camera && !capture?.camera && picture === "moving" };
}

/** @param {Readonly<Memory>} before @param {Readonly<Facts>} facts @returns {Memory} */
export function detectStalledMedia(before, facts) {
  const { now, connected, audioPackets, videoPackets, decoded } = facts;
  const { counts } = before;
  // Falling counters belong to a new RTCPeerConnection.
  const fresh = counts === null || audioPackets < counts.audioPackets || videoPackets < counts.videoPackets;
  if (!connected || fresh) {
    const kept = connected ? { audioPackets, videoPackets, decoded } : null;
    return { counts: kept, cases: mapCases(before.cases, (one) => ({ ...one, since: null })), said: "", recover: null };
  }
  const arrives = videoPackets > counts.videoPackets;
  /** @type {Record<Symptom, boolean>} */
  const stalled = {
    "no-sound": facts.sound && audioPackets === counts.audioPackets,
    "no-picture": facts.picture && !arrives,
    frozen: facts.picture && arrives && decoded <= counts.decoded,
  };
  const cases = mapCases(before.cases, (one, symptom) => updateSymptom(one, stalled[symptom], now));
  const due = SYMPTOMS.find((symptom) => isDue(cases[symptom], now) && cases[symptom].recoveries < MAX_RECOVERIES);
  const said = SYMPTOMS.find((symptom) => isDue(cases[symptom], now) && cases[symptom].recoveries >= MAX_RECOVERIES) ?? "";
  if (due === undefined) return { counts: { audioPackets, videoPackets, decoded }, cases, said, recover: null };
  const turn = cases[due].recoveries + 1;
  cases[due] = { ...cases[due], recoveries: turn, recoveredAt: now };
  return { counts: { audioPackets, videoPackets, decoded }, cases, said, recover: { symptom: due, turn } };
}

/** @param {SymptomState} before @param {boolean} stalled @param {number} now @returns {SymptomState} */
function updateSymptom(before, stalled, now) {
  if (stalled) return { ...before, since: before.since ?? now, calmSince: null };
  const calmSince = before.calmSince ?? now;
  return { ...before, since: null, calmSince, recoveries: now - calmSince >= CALM_MS ? 0 : before.recoveries };
}

/** @param {SymptomState} one @param {number} now */
function isDue({ since, recoveredAt }, now) {
  return since !== null && now - Math.max(since, recoveredAt) >= STALL_TIMEOUT_MS;
}

/**
 * @param {Readonly<Record<Symptom, SymptomState>>} cases @param {(one: SymptomState, symptom: Symptom) => SymptomState} change
 * @returns {Record<Symptom, SymptomState>}
 */
function mapCases(cases, change) {
  const entries = SYMPTOMS.map((symptom) => [symptom, change(cases[symptom], symptom)]);
  return /** @type {Record<Symptom, SymptomState>} */ (Object.fromEntries(entries));
}
