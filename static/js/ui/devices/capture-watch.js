/** Watches during a call that the own devices deliver: opens them again, shows the person what is wrong, and lets the others know. */

import { Captures } from "../../call/captures.js";
import { BlackDetector } from "../../media/devices/black-detector.js";
import { DELIVERING, monitorCapture } from "../../media/devices/capture-monitor.js";

/** @import { CaptureState } from "../../call/captures.js" */
/** @import { CallSession } from "../../call/session.js" */
/** @import { CaptureDevice, Facts } from "../../media/devices/capture-monitor.js" */
/** @import { Kind } from "../../media/devices/constraints.js" */
/** @import { DeviceControls } from "./device-controls.js" */

/** @typedef {{delivered: number | null, energy: number | null, origin: string}} Counter */

const INTERVAL_MS = 500;
/** @type {readonly CaptureDevice[]} */
const DEVICES = ["camera", "microphone", "screen"];

export class CaptureWatch {
  #session;
  #devices;
  #screen;
  #captures;
  #black = new BlackDetector();
  #memories = { camera: DELIVERING, microphone: DELIVERING, screen: DELIVERING };
  #busy = false;
  /** Tracks that ended by themselves while they were wanted, and were not replaced. @type {Record<Kind, boolean>} */
  #ended = { audio: false, video: false };
  /** @type {Record<Kind, boolean>} */
  #wanted = { audio: false, video: false };
  /** Devices that deliver nothing and are being opened again. @type {Record<Kind, boolean>} */
  #reopening = { audio: false, video: false };
  /** @type {WeakSet<MediaStreamTrack>} */
  #known = new WeakSet();

  /**
   * @param {CallSession} session @param {DeviceControls} devices
   * @param {{screen: () => MediaStreamTrack | null, signal: AbortSignal}} options screen: the shared one
   */
  constructor(session, devices, { screen, signal }) {
    this.#session = session;
    this.#devices = devices;
    this.#screen = screen;
    this.#captures = new Captures(session, signal);
    const timer = setInterval(() => void this.#check(), INTERVAL_MS);
    devices.on("changed", () => this.#watchTracks(), { signal });
    devices.media.on("failed", ({ kind }) => (this.#ended[kind] ||= this.#reopening[kind]), { signal });
    this.#watchTracks();
    signal.addEventListener("abort", () => {
      clearInterval(timer);
      this.#black.stop();
      devices.showTroubles({ camera: "", microphone: "" });
    });
  }

  #watchTracks() {
    const { media } = this.#devices;
    for (const [kind, track] of /** @type {[Kind, MediaStreamTrack | null][]} */ ([["audio", media.audioTrack], ["video", media.videoTrack]])) {
      // A press begins again, whatever comes of it.
      const pressed = media.wants(kind) && !this.#wanted[kind];
      this.#wanted[kind] = media.wants(kind);
      if (track !== null || pressed) this.#ended[kind] = false;
      if (track === null) continue;
      if (this.#known.has(track)) continue;
      this.#known.add(track);
      this.#reopening[kind] = false;
      track.addEventListener("ended", () => (this.#ended[kind] = media.wants(kind)));
    }
  }

  async #check() {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const before = this.#said();
      for (const device of DEVICES) await this.#checkDevice(device);
      const said = this.#said();
      this.#captures.setOwn(said);
      this.#devices.showTroubles(Object.fromEntries(DEVICES.filter((device) => said[device] !== before[device]).map((device) => [device, said[device]])));
    } finally {
      this.#busy = false;
    }
  }

  /** @returns {CaptureState} */
  #said() {
    const { camera, microphone, screen } = this.#memories;
    return { camera: camera.said, microphone: microphone.said, screen: screen.said };
  }

  /** @param {CaptureDevice} device */
  async #checkDevice(device) {
    const memory = monitorCapture(device, this.#memories[device], await this.#factsOf(device));
    this.#memories[device] = memory;
    if (!memory.reopen || device === "screen") return;
    /** @type {Kind} */
    const kind = device === "camera" ? "video" : "audio";
    this.#reopening[kind] = true;
    void this.#devices.media.reopen(kind);
  }

  /** @param {CaptureDevice} device @returns {Promise<Facts>} */
  async #factsOf(device) {
    if (device === "screen") return factsOf(this.#screen(), { on: true, ended: false, counter: null, black: null });
    const { media } = this.#devices;
    /** @type {Kind} */
    const kind = device === "camera" ? "video" : "audio";
    const track = kind === "video" ? media.videoTrack : media.audioTrack;
    const ended = this.#ended[kind] && track === null;
    const counter = track && (await this.#counterOf(kind, track));
    const black = device === "camera" ? this.#black.check(track) : null;
    return factsOf(track, { on: media.wants(kind), ended, counter, black });
  }

  /** @param {Kind} kind @param {MediaStreamTrack} track @returns {Promise<Counter | null>} null: no connection counts */
  async #counterOf(kind, track) {
    // Only Chromium has it, and only for real devices.
    const own = /** @type {any} */ (track).stats?.deliveredFrames;
    if (kind === "video" && typeof own === "number") return { delivered: own, energy: null, origin: "track" };
    const [pid, connection] = [...this.#session.mesh.peers].find(([, { state }]) => state === "connected") ?? [];
    const sender = connection?.transceivers[kind]?.sender;
    const sent = kind === "audio" ? this.#devices.tracks.audio : track;
    const stats = sender?.track === sent ? await sender.getStats().catch(() => null) : null;
    const source = [...(stats?.values() ?? [])].find((entry) => entry.type === "media-source" && entry.kind === kind);
    if (source === undefined) return null;
    const { frames = 0, totalSamplesDuration = null, totalAudioEnergy = null } = source;
    const milliseconds = totalSamplesDuration === null ? null : totalSamplesDuration * 1_000;
    return { delivered: kind === "video" ? frames : milliseconds, energy: kind === "audio" && this.#devices.filtered ? null : totalAudioEnergy, origin: pid ?? "" };
  }
}

/**
 * @param {MediaStreamTrack | null} track @param {{on: boolean, ended: boolean, counter: Counter | null, black: boolean | null}} seen
 * @returns {Facts}
 */
function factsOf(track, { on, ended, counter, black }) {
  const live = track?.readyState === "live";
  const { delivered = null, energy = null, origin = "" } = counter ?? {};
  const counts = { delivered, energy, source: `${track?.id} ${origin}` };
  return { now: performance.now(), on: ended || (on && live), ended, taken: track?.muted === true, black, ...counts };
}
