/** Camera, microphone and speaker of this side, tied to every button, list and notice on the page that is about them. */

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
 * @property {void} changed a track, muting or a problem changed; the properties are already updated
 * @property {{deviceId: string}} speaker another speaker was chosen
 * @property {{message: string, action?: ToastAction}} news something happened that the person should hear of during a call; action: what can be
 *   done about it
 */

/** @extends {Emitter<DeviceControlsEvents>} */
export class DeviceControls extends Emitter {
  media = new LocalMedia();
  problems = new DeviceProblems();
  /** Empty for the system's default. */
  speaker = loadDevice("speaker") ?? "";
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

  /** @returns {{muted: boolean, camera: boolean}} as the others see it */
  get presence() {
    return { muted: this.media.muted || this.media.audioTrack === null, camera: this.media.cameraOn };
  }

  /**
   * Opens the devices, anew after `stop`.
   * @param {{muted: boolean, camera: boolean, microphone?: boolean}} [as] how they were before; without it, everything is
   *   tried; microphone: false: it is not asked for
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

  /** Switches both off, lights included. */
  stop() {
    this.media.stop();
    this.#meter?.stop();
    this.#meter = null;
  }

  /** Mutes or unmutes; looks for a microphone when there is none yet. */
  async toggleMicrophone() {
    if (this.media.audioTrack) return this.media.setMuted(!this.media.muted);
    this.media.setMuted(false);
    await this.media.start({ audio: true, video: false });
  }

  /** Switches the camera on or off. */
  async toggleCamera() {
    await this.media.setCameraOn(!this.media.cameraOn);
  }

  /** @param {MicrophoneTrouble | ""} trouble that is left after mending; "": none any more */
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
