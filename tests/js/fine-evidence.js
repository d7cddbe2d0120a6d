import { decide } from "../../static/js/media/adaptation/decision.js";

/** Evidence for decisions where nothing limits a picture. */
export const FINE = Object.freeze({
  available: 3000,
  used: 1000,
  share: Infinity,
  saving: false,
  loss: 0,
  rttMs: 30,
  concealed: 0,
  hasFrozen: false,
  limited: false,
  cpuLoad: 0.2,
  remoteCpuLoad: 0.2,
  tile: { height: 800, visible: true },
  source: { height: 720 },
  codecs: ["VP9", "VP8"],
  cores: 2,
});

/** Lets seconds pass, one decision each; what the line carries may follow from the state. */
export function pass(state, from, seconds, evidence) {
  const seen = [];
  for (let second = 1; second <= seconds; second += 1) {
    const now = from + 1000 * second;
    state = decide(state, { ...FINE, now, ...(typeof evidence === "function" ? evidence(state, second) : evidence) });
    seen.push(state);
  }
  return { state, seen, now: from + 1000 * seconds };
}

/** A line of so many kbit/s: what is too much for it waits in a queue, and then the sound breaks up. */
export const thinLine = (kbps) => (state) => {
  const sends = 24 + [0, 14, 28, 70, 160, 350, 600][state.rung];
  const over = sends > kbps;
  return { available: kbps, used: sends, rttMs: over ? 400 : 30, concealed: over ? 0.1 : 0 };
};
