/** Watches one's own microphone during a call: opens it anew when it gives nothing, and says so when that does not help. */

import { monitorMicrophone, SOUND } from "../../media/devices/microphone-monitor.js";

/** @import { Mesh } from "../../peer/mesh.js" */
/** @import { DeviceControls } from "./device-controls.js" */

const INTERVAL_MS = 1_000;

export class MicrophoneNotice {
  #desk;
  #mesh;
  #memory = SOUND;
  #looking = false;

  /** @param {DeviceControls} desk @param {Mesh} mesh @param {AbortSignal} signal */
  constructor(desk, mesh, signal) {
    this.#desk = desk;
    this.#mesh = mesh;
    const timer = setInterval(() => void this.#look(), INTERVAL_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  async #look() {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const { media } = this.#desk;
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
      const { reopen: heal, said } = this.#memory;
      if (heal) await media.reopen("audio");
      if (said !== before) this.#desk.showMicrophoneProblem(said);
    } finally {
      this.#looking = false;
    }
  }

  /** @returns {Promise<{totalAudioEnergy?: number, totalSamplesDuration?: number} | undefined>} what the browser counts of it */
  async #source() {
    const connection = [...this.#mesh.peers.values()].find(({ state }) => state === "connected");
    const stats = await connection?.transceivers.audio?.sender.getStats().catch(() => null);
    return [...(stats?.values() ?? [])].find(({ type, kind }) => type === "media-source" && kind === "audio");
  }
}
