/** Checks during a call that the own microphone delivers sound: reopens it if not, and shows a notice if that does not help. */

import { monitorMicrophone, SOUND } from "../../media/devices/microphone-monitor.js";

/** @import { Mesh } from "../../peer/mesh.js" */
/** @import { DeviceControls } from "./device-controls.js" */

const INTERVAL_MS = 1_000;

export class MicrophoneNotice {
  #devices;
  #mesh;
  #memory = SOUND;
  #busy = false;

  /** @param {DeviceControls} devices @param {Mesh} mesh @param {AbortSignal} signal */
  constructor(devices, mesh, signal) {
    this.#devices = devices;
    this.#mesh = mesh;
    const timer = setInterval(() => void this.#check(), INTERVAL_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  async #check() {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const { media } = this.#devices;
      const source = await this.#source();
      const track = media.audioTrack;
      const before = this.#memory.said;
      this.#memory = monitorMicrophone(this.#memory, {
        now: performance.now(),
        on: track?.readyState === "live" && !media.muted,
        taken: track?.muted === true,
        energy: source?.totalAudioEnergy ?? null,
        seconds: source?.totalSamplesDuration ?? null,
      });
      const { reopen, said } = this.#memory;
      if (reopen) await media.reopen("audio");
      if (said !== before) this.#devices.showMicrophoneProblem(said);
    } finally {
      this.#busy = false;
    }
  }

  /** @returns {Promise<{totalAudioEnergy?: number, totalSamplesDuration?: number} | undefined>} its statistics */
  async #source() {
    const connection = [...this.#mesh.peers.values()].find(({ state }) => state === "connected");
    const stats = await connection?.transceivers.audio?.sender.getStats().catch(() => null);
    return [...(stats?.values() ?? [])].find(({ type, kind }) => type === "media-source" && kind === "audio");
  }
}
