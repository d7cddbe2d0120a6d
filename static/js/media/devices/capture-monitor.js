/**
 * Detects a camera, microphone or shared screen that is on and delivers nothing: the person and the others learn why, and the line is
 * not blamed. Where that can help, it is opened again, at most twice. A pure function.
 */

/**
 * taken: `track.muted`, the system blocks it, as iOS during a phone call · ended: the device is gone · frozen: no frames or samples ·
 * black: frames without a picture, as with a covered lens · silent: samples without a sound, as with a hardware switch
 * @typedef {"taken" | "ended" | "frozen" | "black" | "silent"} CaptureTrouble
 */

/** @typedef {"camera" | "microphone" | "screen"} CaptureDevice */

/**
 * Twice a second. now: ms, monotonic; on: wanted by the person; ended: wanted, but there is no track; taken: `track.muted`; source:
 * what the counter belongs to; delivered: frames, or ms of audio, so far; energy: of the audio so far; black: every pixel is. null:
 * not known.
 * @typedef {{now: number, on: boolean, ended: boolean, taken: boolean, source: string, delivered: number | null,
 *   energy: number | null, black: boolean | null}} Facts
 */

/** @typedef {{now: number, delivered: number}} Sample */

/**
 * since, startedAt, reopenedAt: ms; wellSince: ms, null: not well; reopened: attempts since it was well for a minute; reopen: whether
 * to open it again now; said: what to report.
 * @typedef {{source: string, startedAt: number, samples: readonly Sample[], energy: number | null, trouble: CaptureTrouble | "",
 *   since: number, wellSince: number | null, reopened: number, reopenedAt: number, reopen: boolean,
 *   said: CaptureTrouble | ""}} Memory
 */

/** Fewer frames in this time are no moving picture: Firefox repeats the last one every second, a camera in the dark gives ten. */
const WINDOW_MS = 2_000;
const LEAST_DELIVERED = 4;
/** Slow cameras take their time for the first frame. */
const START_MS = 4_000;
/** How long it lasts before it is reported. A person may cover the lens for a moment. @type {Readonly<Record<CaptureTrouble, number>>} */
const REPORT_AFTER_MS = Object.freeze({ taken: 1_000, ended: 1_000, frozen: 0, black: 5_000, silent: 30_000 });
/**
 * No room has absolute silence, however long a person pauses. A camera that the system has taken comes back by itself, and opening
 * it meanwhile would lose it. @type {Readonly<Record<CaptureDevice, Partial<Record<CaptureTrouble, number>>>>}
 */
const REOPEN_AFTER_MS = Object.freeze({ camera: { frozen: 4_000 }, microphone: { taken: 3_000, frozen: 3_000, silent: 20_000 }, screen: {} });
const MAX_REOPENS = 2;
const CALM_MS = 60_000;

/** @type {Readonly<Memory>} */
export const DELIVERING = Object.freeze({
  ...{ source: "", startedAt: 0, samples: [], energy: null, trouble: "", since: 0 },
  ...{ wellSince: null, reopened: 0, reopenedAt: -Infinity, reopen: false, said: "" },
});

/** @param {CaptureDevice} device @param {Readonly<Memory>} before @param {Readonly<Facts>} facts @returns {Memory} */
export function monitorCapture(device, before, facts) {
  const { now, on, source, energy } = facts;
  if (!on) return DELIVERING;
  const memory = { ...before, source, samples: addSample(before, facts), energy, reopen: false };
  if (source !== before.source) memory.startedAt = now;
  const trouble = findTrouble(before, memory, facts);
  if (trouble === null) return memory;
  if (trouble === "") {
    const wellSince = before.wellSince ?? now;
    const reopened = now - wellSince >= CALM_MS ? 0 : before.reopened;
    return { ...memory, trouble, wellSince, reopened, said: "" };
  }
  const since = trouble === before.trouble ? before.since : now;
  const due = now - Math.max(since, before.reopenedAt) >= (REOPEN_AFTER_MS[device][trouble] ?? Infinity);
  const reopen = due && before.reopened < MAX_REOPENS;
  // One trouble may become another, but is not over in between.
  const said = before.said !== "" || now - since >= REPORT_AFTER_MS[trouble] ? trouble : "";
  const attempts = reopen ? { reopened: before.reopened + 1, reopenedAt: now } : {};
  return { ...memory, trouble, since, wellSince: null, reopen, said, ...attempts };
}

/** Keeps one sample that is older than the window. @param {Readonly<Memory>} before @param {Readonly<Facts>} facts @returns {Sample[]} */
function addSample({ source, samples }, { now, source: current, delivered }) {
  if (delivered === null) return [];
  const last = samples.at(-1);
  const continued = source === current && last !== undefined && last.delivered <= delivered;
  const all = [...(continued ? samples : []), { now, delivered }];
  const from = all.findLastIndex((sample) => now - sample.now >= WINDOW_MS);
  return all.slice(Math.max(0, from));
}

/**
 * @param {Readonly<Memory>} before @param {Readonly<Memory>} memory @param {Readonly<Facts>} facts
 * @returns {CaptureTrouble | "" | null} null: what was found before can be neither confirmed nor refuted
 */
function findTrouble(before, { samples, startedAt }, { now, ended, taken, energy, black }) {
  if (ended) return "ended";
  if (taken) return "taken";
  const [oldest, newest] = [samples[0], samples.at(-1)];
  const grown = oldest && newest ? newest.delivered - oldest.delivered : null;
  const delivers = grown !== null && grown >= LEAST_DELIVERED;
  const starting = newest?.delivered === 0 && now - startedAt < START_MS;
  if (!delivers && oldest && now - oldest.now >= WINDOW_MS && !starting) return "frozen";
  if (black === true) return "black";
  const comparable = delivers && energy !== null && before.energy !== null;
  if (comparable && energy === before.energy) return "silent";
  const known = { frozen: delivers, black: black !== null, silent: comparable && energy !== before.energy, taken: true, ended: true };
  return before.trouble === "" || known[before.trouble] ? "" : null;
}
