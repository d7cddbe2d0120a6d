/** The verdicts of the connection test, as pure rules. */

/** @import { DeviceCause } from "../media/devices/device-errors.js" */
/** @typedef {"good" | "note" | "bad" | "skipped"} State note: works, with limits */

/**
 * @typedef {object} RelaySeen
 * @property {boolean} offered whether the site has one of this kind
 * @property {boolean} allowed whether this person may use it
 * @property {boolean} found whether it allocated an address
 * @property {number | null} rttMs between two ends that use only the relay; null: not connected
 * @property {number[]} errors
 * @property {string[]} addresses
 */

/**
 * @typedef {object} Seen null: not tried
 * @property {{secure: boolean, webrtc: boolean, devices: boolean}} browser
 * @property {{open: boolean, ms: number}} server
 * @property {{offered: boolean, found: boolean, errors: number[], ms: number, addresses: string[]}} stun
 * @property {RelaySeen} udp
 * @property {RelaySeen} tcp
 * @property {RelaySeen} tls
 * @property {{cause: DeviceCause | null, width: number, height: number} | null} camera
 * @property {{cause: DeviceCause | null, heard: boolean} | null} microphone
 * @property {{relayed: boolean, kbps: number}} bandwidth
 */

/** @typedef {{state: State, key: string, values: Record<string, number>}} Verdict key: of its text */

/** @typedef {keyof Seen} ProbeName */
/** @type {readonly ProbeName[]} */
export const PROBES = ["browser", "server", "stun", "udp", "tcp", "tls", "bandwidth", "camera", "microphone"];

/** Browsers without error events: gathering that ends sooner, ms, means that the server answered. */
const ANSWERED_MS = 3_000;
/** kbit/s for a call of two: with good video, and at all. */
const [COMFORTABLE, ENOUGH] = [1_500, 300];
const NO_ANSWER = 701;

/** @type {{[name in ProbeName]: (seen: NonNullable<Seen[name]>) => Verdict}} */
const RULES = {
  browser({ secure, webrtc, devices }) {
    if (!secure) return verdict("bad", "browser.insecure");
    if (!webrtc) return verdict("bad", "browser.old");
    return devices ? verdict("good", "browser.good") : verdict("note", "browser.devices");
  },
  server: ({ open, ms }) => (open ? verdict("good", "server.good", { ms }) : verdict("bad", "server.closed")),
  stun({ offered, found, errors, ms }) {
    if (!offered) return verdict("skipped", "stun.none");
    if (found) return verdict("good", "stun.good");
    return errors.length === 0 && ms < ANSWERED_MS ? verdict("good", "stun.same") : verdict("bad", "stun.silent");
  },
  udp: (seen) => relay(seen, "udp"),
  tcp: (seen) => relay(seen, "tcp"),
  tls: (seen) => relay(seen, "tls"),
  bandwidth({ relayed, kbps }) {
    const values = { mbps: Math.round(kbps / 100) / 10 };
    if (!relayed) return kbps > ENOUGH ? verdict("note", "bandwidth.inside", values) : verdict("bad", "bandwidth.nothing");
    if (kbps >= COMFORTABLE) return verdict("good", "bandwidth.good", values);
    return kbps >= ENOUGH ? verdict("note", "bandwidth.thin", values) : verdict("bad", "bandwidth.poor", { kbps: Math.round(kbps) });
  },
  camera: ({ cause, width, height }) => (cause === null ? verdict("good", "camera.good", { width, height }) : verdict("bad", `camera.${cause}`)),
  microphone({ cause, heard }) {
    if (cause !== null) return verdict("bad", `microphone.${cause}`);
    return heard ? verdict("good", "microphone.good") : verdict("note", "microphone.silent");
  },
};

/** @template {ProbeName} N @param {N} name @param {Seen[N]} seen @returns {Verdict} */
export function judge(name, seen) {
  return seen === null ? verdict("skipped", "skipped") : RULES[name](/** @type {NonNullable<Seen[N]>} */ (seen));
}

/** @param {Readonly<Partial<Record<ProbeName, Verdict>>>} verdicts @returns {Verdict} */
export function sumUp(verdicts) {
  const is = (/** @type {ProbeName} */ name, /** @type {State} */ state) => verdicts[name]?.state === state;
  if (is("browser", "bad")) return verdict("bad", "sum.browser");
  if (is("server", "bad")) return verdict("bad", "sum.server");
  const relays = /** @type {const} */ (["udp", "tcp", "tls"]);
  const overTcp = is("tcp", "good") || is("tls", "good");
  const tried = relays.some((name) => !is(name, "skipped"));
  if (is("stun", "bad") && !is("udp", "good")) {
    if (overTcp) return verdict("note", "sum.tcp");
    return tried ? verdict("bad", "sum.blocked") : verdict("note", "sum.no-udp");
  }
  if (is("udp", "good")) return deviceTrouble(verdicts) ?? verdict("good", "sum.good");
  if (overTcp) return deviceTrouble(verdicts) ?? verdict("note", "sum.relay-tcp");
  if (tried) return verdict("note", "sum.no-relay");
  if (is("stun", "good")) return deviceTrouble(verdicts) ?? verdict("good", "sum.direct");
  return verdict("note", "sum.no-servers");
}

/** @param {Readonly<Partial<Record<ProbeName, Verdict>>>} verdicts */
function deviceTrouble({ camera, microphone }) {
  return camera?.state === "bad" || microphone?.state === "bad" ? verdict("note", "sum.devices") : null;
}

/** @param {RelaySeen} seen @param {"udp" | "tcp" | "tls"} kind */
function relay({ offered, allowed, found, rttMs, errors }, kind) {
  if (!offered) return verdict("skipped", "relay.none");
  if (!allowed) return verdict("skipped", "relay.sign-in");
  if (rttMs !== null) return verdict("good", "relay.good", { ms: Math.round(rttMs) });
  if (found) return verdict("bad", "relay.mute");
  return errors.some((code) => code !== NO_ANSWER) ? verdict("bad", "relay.refused") : verdict("bad", `relay.${kind}`);
}

/** @param {State} state @param {string} key @param {Record<string, number>} [values] @returns {Verdict} */
function verdict(state, key, values = {}) {
  return { state, key, values };
}
