/** The probes of the connection test: each returns what it has seen, which `verdicts.js` judges. */

import { deviceCause, findDeviceCause } from "../media/devices/device-errors.js";
import { openDevice } from "../media/devices/device-opener.js";
import { LevelMeter } from "../media/devices/level-meter.js";
import { loadDevice } from "../media/devices/preferences.js";
import { SpeakerChoice } from "../media/playback/speaker-choice.js";
import { gather, Pair, PATIENCE_MS } from "./pair.js";

/** @import { Kind } from "../media/devices/constraints.js" */
/** @import { SinkTarget } from "../media/playback/sink.js" */
/** @import { RelaySeen, Seen } from "./verdicts.js" */

/** The level of a voice. */
const HEARD = 0.2;
const LISTEN_MS = 5_000;
const FLOOD_MS = 3_000;

/** @returns {Seen["browser"]} */
export function tryBrowser() {
  const webrtc = "RTCPeerConnection" in globalThis;
  return { secure: globalThis.isSecureContext, webrtc, devices: navigator.mediaDevices?.getUserMedia !== undefined };
}

/** Opens and closes a WebSocket. @param {string} path @returns {Promise<Seen["server"]>} */
export function tryServer(path) {
  const began = performance.now();
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    const done = (/** @type {boolean} */ open) => {
      clearTimeout(timer);
      socket.close();
      resolve({ open, ms: Math.round(performance.now() - began) });
    };
    const timer = setTimeout(() => done(false), PATIENCE_MS);
    socket.addEventListener("open", () => done(true));
    socket.addEventListener("error", () => done(false));
  });
}

/** @param {string[]} urls @returns {Promise<Seen["stun"]>} */
export async function tryStun(urls) {
  if (urls.length === 0) return { offered: false, found: false, errors: [], ms: 0, addresses: [] };
  const { types, errors, ms, addresses } = await gather({ iceServers: [{ urls }] });
  return { offered: true, found: types.includes("srflx"), errors, ms, addresses };
}

/**
 * Connects two ends over the relay only, for the bandwidth probe to use.
 * @param {RTCIceServer | null | undefined} server null: not for this person; undefined: the site has none of this kind
 * @returns {Promise<{seen: RelaySeen, pair: Pair | null}>} the caller closes the pair
 */
export async function tryRelay(server) {
  const nothing = { found: false, rttMs: null, errors: [], addresses: [] };
  if (!server) return { seen: { offered: server === null, allowed: false, ...nothing }, pair: null };
  const pair = new Pair({ iceServers: [server], iceTransportPolicy: "relay" });
  const rttMs = await pair.connect();
  const { types, errors, addresses } = pair.found;
  if (rttMs === null) pair.close();
  const seen = { offered: true, allowed: true, found: types.includes("relay"), rttMs, errors, addresses };
  return { seen, pair: rttMs === null ? null : pair };
}

/** Without a relayed pair, it measures within this browser. @param {Pair | null} relayed @returns {Promise<Seen["bandwidth"]>} */
export async function tryBandwidth(relayed) {
  const pair = relayed ?? new Pair({});
  try {
    if (relayed === null && (await pair.connect()) === null) return { relayed: false, kbps: 0 };
    return { relayed: relayed !== null, kbps: await pair.flood(FLOOD_MS) };
  } finally {
    pair.close();
  }
}

/** Opens what a call would use. @param {Kind} kind @returns {Promise<MediaStreamTrack>} @throws {DOMException} see `findDeviceCause` */
async function openChosen(kind) {
  const wanted = () => true;
  const chosen = loadDevice(kind);
  const opening = openDevice(kind, chosen, { fallback: false, wanted });
  const track = await opening.catch((error) => {
    if (chosen === null || deviceCause(error) !== "absent") throw error;
    return openDevice(kind, null, { fallback: true, wanted });
  });
  return /** @type {MediaStreamTrack} */ (track);
}

/** @returns {Promise<Seen["camera"]>} */
export async function tryCamera() {
  try {
    const track = await openChosen("video");
    const { width = 0, height = 0 } = track.getSettings();
    track.stop();
    return { cause: null, width, height };
  } catch (error) {
    return { cause: await findDeviceCause(error, "video"), width: 0, height: 0 };
  }
}

/** Listens until a voice is loud enough. @returns {Promise<Seen["microphone"]>} */
export async function tryMicrophone() {
  let track;
  try {
    track = await openChosen("audio");
  } catch (error) {
    return { cause: await findDeviceCause(error, "audio"), heard: false };
  }
  const meter = new LevelMeter();
  meter.setTrack(track);
  const heard = await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), LISTEN_MS);
    meter.on("level", () => {
      if (meter.level < HEARD) return;
      clearTimeout(timer);
      resolve(true);
    });
  });
  meter.stop();
  track.stop();
  return { cause: null, heard };
}

/** Plays a short tone on the speaker chosen for calls; call it from a user gesture. */
export async function playTone() {
  const context = new AudioContext();
  const { used } = new SpeakerChoice(loadDevice("speaker") ?? "");
  if (used !== "") await /** @type {SinkTarget} */ (context).setSinkId?.(used).catch(() => {});
  const [tone, volume] = [context.createOscillator(), context.createGain()];
  tone.frequency.value = 523;
  volume.gain.setValueAtTime(0.2, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + 0.8);
  tone.connect(volume).connect(context.destination);
  tone.addEventListener("ended", () => void context.close());
  tone.start();
  tone.stop(context.currentTime + 0.8);
}
