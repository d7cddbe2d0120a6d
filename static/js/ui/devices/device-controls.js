/** The own camera, microphone and speaker, with all buttons, lists and notices for them. */

import { Emitter } from "../../lib/emitter.js";
import { LevelMeter } from "../../media/devices/level-meter.js";
import { LocalMedia } from "../../media/devices/local-media.js";
import { loadDevice, saveDevice } from "../../media/devices/preferences.js";
import { canChoose, deviceChosen, DevicePickers } from "./device-pickers.js";
import { DeviceProblems } from "./device-problems.js";
import { text } from "../lib/page.js";
import { onToggle, showToggle } from "./toggles.js";

/** @import { Kind } from "../../media/devices/constraints.js" */
/** @import { DeviceCause } from "../../media/devices/device-errors.js" */
/** @import { MicrophoneTrouble } from "../../media/devices/microphone-monitor.js" */
/** @import { NewDevice } from "../../media/devices/new-devices.js" */
/** @import { Tracks } from "../../peer/transceiver-pair.js" */
/** @import { ToastAction } from "../lib/toasts.js" */
/** @import { DeviceKind, DeviceLists } from "./device-pickers.js" */

/** @type {Readonly<Record<MediaDeviceKind, DeviceKind>>} */
const KINDS = Object.freeze({ videoinput: "camera", audioinput: "microphone", audiooutput: "speaker" });

/**
 * @typedef {object} DeviceControlsEvents
 * @property {void} changed a track, the muted state or a problem; the properties are already updated
 * @property {{deviceId: string}} speaker another speaker was chosen
 * @property {{message: string, action?: ToastAction}} news to show during a call
 */

/** @extends {Emitter<DeviceControlsEvents>} */
export class DeviceControls extends Emitter {
  media = new LocalMedia();
  problems = new DeviceProblems();
  speaker = loadDevice("speaker") ?? ""; // empty: the system's default
  starting = true;
  #pickers = /** @type {DevicePickers[]} */ ([...document.querySelectorAll("mp-devices")]);
  /** @type {LevelMeter | null} */
  #meter = null;
  /** @type {DeviceLists} */
  #lists = { camera: [], microphone: [], speaker: [] };

  constructor() {
    super();
    onToggle((which) => void (which === "camera" ? this.toggleCamera() : this.toggleMicrophone()));
    for (const pickers of this.#pickers) {
      deviceChosen.listen(pickers, (choice) => this.#selectDevice(choice));
    }
  }

  /** @returns {Tracks} */
  get tracks() {
    return { audio: this.media.audioTrack, video: this.media.videoTrack };
  }

  /** @returns {{muted: boolean, camera: boolean}} as shown to the others */
  get presence() {
    return { muted: this.media.muted || this.media.audioTrack === null, camera: this.media.cameraOn };
  }

  /**
   * Opens the devices, also after `stop`.
   * @param {{muted: boolean, camera: boolean, microphone?: boolean}} [as] the state before; by default both are tried;
   *   microphone: false: does not ask for it
   */
  async start(as) {
    if (as) this.media = new LocalMedia();
    const { media } = this;
    media.on("changed", () => this.#onChanged());
    media.on("failed", (detail) => this.#onFailed(detail));
    media.on("devices", (detail) => this.#onDevices(detail));
    media.on("fallback", ({ label }) => this.#announce(text("device.fallback", { name: label })));
    media.on("new-device", (detail) => this.#offerDevice(detail));
    if (as?.muted) media.setMuted(true);
    this.starting = true;
    this.#onChanged();
    await media.start({ audio: as?.microphone ?? true, video: as?.camera ?? true });
    this.starting = false;
    this.#onChanged();
  }

  stop() {
    this.media.stop();
    this.#meter?.stop();
    this.#meter = null;
  }

  /** Mutes or unmutes; without a microphone, tries to open one. */
  async toggleMicrophone() {
    if (this.media.audioTrack) return this.media.setMuted(!this.media.muted);
    this.media.setMuted(false);
    await this.media.start({ audio: true, video: false });
  }

  async toggleCamera() {
    await this.media.setCameraOn(!this.media.cameraOn);
  }

  /** @param {MicrophoneTrouble | ""} trouble that reopening did not solve; "": solved */
  showMicrophoneProblem(trouble) {
    if (trouble === "") this.problems.clearProblem("microphone");
    else this.#announce(this.problems.addProblem("microphone", trouble));
  }

  /** @param {{kind: DeviceKind, deviceId: string}} choice */
  #selectDevice({ kind, deviceId }) {
    if (kind === "speaker") {
      this.speaker = deviceId;
      saveDevice("speaker", deviceId);
      this.#showDevices();
      this.emit("speaker", { deviceId });
    } else {
      void this.media.selectDevice(kind === "camera" ? "video" : "audio", deviceId);
    }
  }

  #onChanged() {
    const { audioTrack, videoTrack, muted, cameraOn } = this.media;
    showToggle("microphone", audioTrack ? !muted : this.starting);
    showToggle("camera", cameraOn || this.starting);
    if (audioTrack) this.problems.clearProblem("microphone");
    if (videoTrack) this.problems.clearProblem("camera");
    this.#showLevel(audioTrack);
    this.emit("changed");
  }

  /** @param {MediaStreamTrack | null} track */
  #showLevel(track) {
    if (track && !this.#meter) {
      const meter = new LevelMeter();
      meter.on("level", () => {
        for (const { meter: bar } of this.#pickers) bar.level = meter.level;
      });
      this.#meter = meter;
    }
    this.#meter?.setTrack(track);
  }

  /** @param {{kind: Kind, cause: DeviceCause}} failure */
  #onFailed({ kind, cause }) {
    const title = this.problems.addProblem(kind === "audio" ? "microphone" : "camera", cause);
    this.#onChanged();
    if (!this.starting) this.#announce(title);
  }

  /** @param {{audio: MediaDeviceInfo[], video: MediaDeviceInfo[], speakers: MediaDeviceInfo[]}} lists */
  #onDevices({ audio, video, speakers }) {
    this.#lists = { camera: video, microphone: audio, speaker: speakers };
    this.#showDevices();
  }

  #showDevices() {
    const { audioTrack, videoTrack } = this.media;
    const chosen = {
      microphone: audioTrack?.getSettings().deviceId,
      camera: videoTrack?.getSettings().deviceId,
      speaker: this.speaker,
    };
    for (const pickers of this.#pickers) pickers.showDevices(this.#lists, chosen);
  }

  /** @param {NewDevice} device */
  #offerDevice({ label, devices }) {
    const choices = devices.map(({ kind, deviceId }) => ({ kind: KINDS[kind], deviceId })).filter(({ kind }) => canChoose(kind));
    if (choices.length === 0) return;
    const run = () => choices.forEach((choice) => this.#selectDevice(choice));
    this.#announce(text("device.new", { name: label }), { label: text("device.use"), run });
  }

  /** @param {string} message @param {ToastAction} [action] */
  #announce(message, action) {
    this.emit("news", { message, action });
  }
}
