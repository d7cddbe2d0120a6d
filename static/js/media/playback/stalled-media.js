/** Detects media that a peer sends and that does not arrive; decides when to recover, at most twice, and when to report. Pure. */

/** @typedef {"no-sound" | "no-picture" | "frozen" | "no-screen"} Symptom frozen: video arrives but is not decoded; no-screen: since sharing began */

/**
 * One second with one peer. now: ms, monotonic; sound, picture, screen: whether the peer sends audio, video, a screen;
 * shares: also while their screen is out of view; the others are totals.
 * @typedef {{now: number, connected: boolean, sound: boolean, picture: boolean, screen: boolean, shares: boolean, audioPackets: number, videoPackets: number,
 *   decoded: number, screenPackets: number, screenFrames: number}} Facts
 */

/** @typedef {{since: number | null, recoveries: number, recoveredAt: number, calmSince: number | null}} SymptomState ms */
/** @typedef {Pick<Facts, "audioPackets" | "videoPackets" | "decoded" | "screenPackets" | "screenFrames">} Counts */

/**
 * counts: a second ago, null: nothing to compare with; screenFrom: frames of screens before this one; said: what to report; recover: what to do now,
 * turn: 1 or 2.
 * @typedef {{counts: Counts | null, screenFrom: number, cases: Record<Symptom, SymptomState>, said: Symptom | "",
 *   recover: {symptom: Symptom, turn: number} | null}} Memory
 */

/** Long enough for a camera to start and for the path to change. */
const STALL_TIMEOUT_MS = 6_000;
const MAX_RECOVERIES = 2;
/** After this long without a symptom, recovery may be tried again. */
const CALM_MS = 60_000;
/** The first is reported first. @type {readonly Symptom[]} */
const SYMPTOMS = ["no-sound", "no-picture", "frozen", "no-screen"];

/** @type {Readonly<SymptomState>} */
const WELL = Object.freeze({ since: null, recoveries: 0, recoveredAt: -Infinity, calmSince: null });

/** @type {Readonly<Memory>} */
export const NOTHING_STALLED = Object.freeze({
  counts: null,
  screenFrom: 0,
  cases: { "no-sound": WELL, "no-picture": WELL, frozen: WELL, "no-screen": WELL },
  said: "",
  recover: null,
});

/**
 * What a peer sends and the line has to deliver: not what their own device withholds.
 * @param {{muted: boolean, camera: boolean, capture?: {camera: string, microphone: string, screen: string}}} person
 * @param {string | undefined} picture of their sending status @param {boolean} screen they share one, and it is in view here
 * @returns {{sound: boolean, picture: boolean, screen: boolean}}
 */
export function expectedMedia({ muted, camera, capture }, picture, screen) {
  return {
    sound: !muted && !capture?.microphone,
    picture: camera && !capture?.camera && picture === "moving",
    screen: screen && !capture?.screen,
  };
}

/** @param {Readonly<Memory>} before @param {Readonly<Facts>} facts @returns {Memory} */
export function detectStalledMedia(before, facts) {
  const { now, connected, audioPackets, videoPackets, decoded, screenPackets, screenFrames } = facts;
  const { counts } = before;
  const current = { audioPackets, videoPackets, decoded, screenPackets, screenFrames };
  // Falling counters belong to a new RTCPeerConnection.
  const fresh = counts === null || audioPackets < counts.audioPackets || videoPackets < counts.videoPackets || screenPackets < counts.screenPackets;
  if (!connected || fresh) {
    const cases = mapCases(before.cases, (one) => ({ ...one, since: null }));
    return { counts: connected ? current : null, screenFrom: 0, cases, said: "", recover: null };
  }
  // Another screen has nothing to do with the one before.
  const screenFrom = facts.shares ? before.screenFrom : screenFrames;
  const earlier = facts.shares ? before.cases : { ...before.cases, "no-screen": WELL };
  const arrives = videoPackets > counts.videoPackets;
  /** @type {Record<Symptom, boolean>} */
  const stalled = {
    "no-sound": facts.sound && audioPackets === counts.audioPackets,
    "no-picture": facts.picture && !arrives,
    frozen: facts.picture && arrives && decoded <= counts.decoded,
    // A page that no one scrolls sends nothing after its first picture, which takes long on a thin line.
    "no-screen": facts.screen && screenFrames === screenFrom && screenPackets === counts.screenPackets,
  };
  const cases = mapCases(earlier, (one, symptom) => updateSymptom(one, stalled[symptom], now));
  const due = SYMPTOMS.find((symptom) => isDue(cases[symptom], now) && cases[symptom].recoveries < MAX_RECOVERIES);
  const said = SYMPTOMS.find((symptom) => isDue(cases[symptom], now) && cases[symptom].recoveries >= MAX_RECOVERIES) ?? "";
  if (due === undefined) return { counts: current, screenFrom, cases, said, recover: null };
  const turn = cases[due].recoveries + 1;
  cases[due] = { ...cases[due], recoveries: turn, recoveredAt: now };
  return { counts: current, screenFrom, cases, said, recover: { symptom: due, turn } };
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
