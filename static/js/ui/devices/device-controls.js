/** The own camera, microphone and speaker, with all buttons, lists and notices for them. */

import { Emitter } from "../../lib/emitter.js";
import { LocalMedia } from "../../media/devices/local-media.js";
import { loadDevice, loadLabel, saveDevice } from "../../media/devices/preferences.js";
import { audioHint, microphoneMode } from "../../media/voice/microphone-mode.js";
import { VoiceTrack } from "../../media/voice/voice-track.js";
import { SpeakerChoice } from "../../media/playback/speaker-choice.js";
import { canChoose, deviceChosen, DevicePickers } from "./device-pickers.js";
import { DeviceProblems } from "./device-problems.js";
import { text } from "../lib/page.js";
import { clearToasts } from "../lib/toasts.js";
import { setUpBackground } from "./background-fields.js";
import { setUpFlipCamera } from "./flip-camera.js";
import { LevelBars } from "./level-bars.js";
import { setUpModePickers } from "./mode-pickers.js";
import { onToggle, showToggle } from "./toggles.js";

/** @import { Kind } from "../../media/devices/constraints.js" */
/** @import { DeviceCause } from "../../media/devices/device-errors.js" */
/** @import { CaptureDevice, CaptureTrouble } from "../../media/devices/capture-monitor.js" */
/** @import { NewDevice } from "../../media/devices/new-devices.js" */
/** @import { Cause, DeviceName } from "./device-problems.js" */
/** @import { Tracks } from "../../peer/transceiver-pair.js" */
/** @import { ToastAction } from "../lib/toasts.js" */
/** @import { SpeakerOption } from "../../media/playback/speaker-choice.js" */
/** @import { Device, DeviceKind, DeviceLists } from "./device-pickers.js" */

/** @type {Readonly<Record<MediaDeviceKind, DeviceKind>>} */
const KINDS = Object.freeze({ videoinput: "camera", audioinput: "microphone", audiooutput: "speaker" });

/**
 * @typedef {object} DeviceControlsEvents
 * @property {void} changed a track, the muted state or a problem; the properties are already updated
 * @property {void} muted-by-host see `muteForHost`
 * @property {{message: string, action?: ToastAction, subject?: string, everywhere?: boolean}} news to show during a call; everywhere: before it, too
 */

/** @extends {Emitter<DeviceControlsEvents>} */
export class DeviceControls extends Emitter {
  media = new LocalMedia();
  problems = new DeviceProblems();
  speaker = new SpeakerChoice(loadDevice("speaker") ?? "", loadLabel("speaker"));
  #voice = new VoiceTrack();
  /** Opened for another mode, and opened again since. @type {WeakSet<MediaStreamTrack>} */
  #reopened = new WeakSet();
  #pickers = /** @type {DevicePickers[]} */ ([...document.querySelectorAll("mp-devices")]);
  #bars = new LevelBars(this.#pickers.map(({ meter }) => meter));
  /** @type {DeviceLists} */
  #lists = { camera: [], microphone: [], speaker: [] };

  constructor() {
    super();
    const { media } = this;
    media.on("changed", () => this.#onChanged());
    media.on("failed", (detail) => this.#onFailed(detail));
    media.on("devices", (detail) => this.#onDevices(detail));
    media.on("fallback", ({ kind, label, lost }) => {
      const chosen = media.choiceOf(kind).label || text("device.chosen");
      this.#announceEverywhere(text(lost ? "device.lost" : "device.fallback", { name: label, chosen }));
    });
    media.on("returned", ({ label, chosen }) => {
      this.#announceEverywhere(text("device.returned", { name: label, chosen: chosen || text("device.chosen") }));
    });
    media.on("new-device", (detail) => this.#offerDevice(detail));
    this.problems.on("retry", ({ devices }) => this.#retry(devices));
    this.problems.on("changed", () => this.emit("changed"));
    this.speaker.on("changed", () => this.#showDevices());
    this.speaker.on("moved", ({ label, why }) => this.#announce(text(`speaker.${why}`, { name: label || text("speaker.chosen") })));
    onToggle((which) => (which === "camera" ? this.toggleCamera() : this.toggleMicrophone()));
    this.#voice.on("changed", () => this.emit("changed"));
    this.#voice.on("failed", ({ why }) => {
      this.#announceEverywhere(text(`microphone-mode.${why}`));
      microphoneMode.change({ mode: "natural" });
    });
    microphoneMode.on("changed", () => this.#onChanged());
    setUpModePickers(this.#pickers);
    setUpFlipCamera(media, (message) => this.#announceEverywhere(message));
    setUpBackground(media.background, (message) => this.#announce(message));
    for (const pickers of this.#pickers) {
      deviceChosen.listen(pickers, (choice) => this.#selectDevice(choice));
    }
  }

  /** @returns {Tracks} */
  get tracks() {
    return { audio: this.#voice.track, video: this.media.videoTrack };
  }

  /** Whether the noise is taken from what the microphone delivers: then it may be silent. */
  get filtered() {
    return this.#voice.filtered;
  }

  /** What is wanted and really sent, as shown to the others. @returns {{muted: boolean, camera: boolean}} */
  get presence() {
    return { muted: this.media.muted || this.media.audioTrack === null, camera: this.media.cameraOn };
  }

  /** Whether a device that is wanted is being opened. */
  get starting() {
    return this.media.isOpening("audio") || this.media.isOpening("video");
  }

  /** Switches the devices on or off, also after `stop`: both, or as they were. @param {{microphone: boolean, camera: boolean}} wanted */
  async start({ microphone, camera }) {
    await this.media.start({ audio: microphone, video: camera });
  }

  /** Switches them on or off as they were before `stop`. */
  restart() {
    return this.start({ microphone: this.media.wants("audio"), camera: this.media.wants("video") });
  }

  /** Releases the devices, also those that are still being opened. */
  stop() {
    this.media.stop();
    this.#bars.show(null);
  }

  toggleMicrophone() {
    void this.media.setMuted(!this.media.muted);
  }

  /** Mutes as a host wishes: no held key or button undoes it. */
  muteForHost() {
    this.emit("muted-by-host");
    void this.media.setMuted(true);
  }

  toggleCamera() {
    void this.media.setCameraOn(!this.media.wants("video"));
  }

  /** @param {Partial<Record<CaptureDevice, CaptureTrouble | "">>} changed what open devices lack now; "": they deliver */
  showTroubles({ screen, ...changed }) {
    if (screen) this.#announce(`${text("problem.taken.title.screen")} ${text("problem.taken.text.screen")}`);
    /** @type {Map<string, DeviceName[]>} */
    const groups = new Map();
    for (const [name, trouble] of Object.entries(changed)) {
      const device = /** @type {DeviceName} */ (name);
      // That a device ended was announced when it could not be replaced.
      const shown = trouble === "ended" ? "" : trouble;
      this.problems.setTrouble(device, shown);
      if (shown !== "") groups.set(shown, [...(groups.get(shown) ?? []), device]);
    }
    for (const [trouble, devices] of groups) {
      const title = text(`problem.${trouble}.title.${devices.length > 1 ? "both" : devices[0]}`);
      // Not what was switched off meanwhile: this is about a device that is on.
      const run = () => this.#retry(devices.filter((device) => this.media.wants(kindOf(device))));
      this.#announce(title, { label: text("problem.retry"), run });
    }
  }

  /** @param {{kind: DeviceKind, deviceId: string}} choice */
  #selectDevice({ kind, deviceId }) {
    if (kind === "speaker") {
      this.speaker.choose(deviceId);
      saveDevice("speaker", deviceId, this.speaker.label);
      this.#showDevices();
    } else {
      void this.media.selectDevice(kind === "camera" ? "video" : "audio", deviceId);
    }
  }

  #onChanged() {
    const { media } = this;
    showToggle("microphone", media.wants("audio"), media.isOpening("audio"));
    showToggle("camera", media.wants("video"), media.isOpening("video"));
    if (media.audioTrack) this.#clearProblem("microphone");
    if (media.videoTrack) this.#clearProblem("camera");
    this.#bars.show(media.audioTrack);
    this.#followMode();
    this.emit("changed");
  }

  #followMode() {
    const { audioTrack } = this.media;
    this.#voice.follow(audioTrack, microphoneMode.value.mode === "quiet");
    const fits = !audioTrack || audioTrack.contentHint === audioHint() || this.#reopened.has(audioTrack);
    if (fits || !this.media.wants("audio") || this.media.isOpening("audio")) return;
    this.#reopened.add(audioTrack);
    void this.media.reopen("audio");
  }

  /** @param {{kind: Kind, cause: DeviceCause}} failure */
  #onFailed({ kind, cause }) {
    this.#announceProblem(kind === "audio" ? "microphone" : "camera", cause);
  }

  /** @param {DeviceName} device @param {Cause} cause */
  #announceProblem(device, cause) {
    const message = this.problems.addProblem(device, cause);
    const action = { label: text("problem.retry"), run: () => this.#retry([device]) };
    this.#announce(message, this.problems.canRetry(device) ? action : undefined, `problem-${device}`);
  }

  /** A press on its "Try again" would open what was switched off later. @param {DeviceName} device */
  #clearProblem(device) {
    this.problems.clearProblem(device);
    clearToasts(`problem-${device}`);
  }

  /** By a press: opens again what is there, and asks once for what is not. @param {DeviceName[]} devices */
  #retry(devices) {
    const { media } = this;
    const absent = devices.filter((device) => (device === "camera" ? media.videoTrack : media.audioTrack) === null);
    // All of it now: a later press must not be overtaken.
    for (const device of devices) if (!absent.includes(device)) void media.reopen(kindOf(device));
    if (absent.length > 1) void media.start({ audio: true, video: true });
    else if (absent[0] === "camera") void media.setCameraOn(true);
    else if (absent[0] === "microphone") void media.setMuted(false);
  }

  /** @param {{audio: MediaDeviceInfo[], video: MediaDeviceInfo[], speakers: MediaDeviceInfo[]}} lists */
  #onDevices({ audio, video, speakers }) {
    this.speaker.setDevices(speakers);
    this.#lists = { camera: video, microphone: audio, speaker: [] };
    this.#showDevices();
  }

  #showDevices() {
    const [camera, microphone] = [this.#shownDevice("video"), this.#shownDevice("audio")];
    const lists = {
      camera: withAbsent(this.#lists.camera, camera),
      microphone: withAbsent(this.#lists.microphone, microphone),
      speaker: this.speaker.options.map(nameSpeaker),
    };
    const chosen = { camera: camera.deviceId, microphone: microphone.deviceId, speaker: this.speaker.selected };
    for (const pickers of this.#pickers) {
      pickers.showDevices(lists, chosen);
      pickers.speakerMissing = this.speaker.missing;
    }
  }

  /** The device in use, whatever was chosen; otherwise the choice. @param {Kind} kind @returns {Device} */
  #shownDevice(kind) {
    const { deviceId, label } = this.media.choiceOf(kind);
    return { deviceId: this.media.usedDevice(kind) ?? deviceId ?? "", label };
  }

  /** @param {NewDevice} device */
  #offerDevice({ label, devices }) {
    const choices = devices
      .map(({ kind, deviceId }) => ({ kind: KINDS[kind], deviceId }))
      .filter(({ kind, deviceId }) => canChoose(kind) && !(kind === "speaker" && deviceId === this.speaker.used));
    if (choices.length === 0) return;
    const run = () => choices.forEach((choice) => this.#selectDevice(choice));
    this.#announce(text("device.new", { name: label }), { label: text("device.use"), run });
  }

  /** @param {string} message @param {ToastAction} [action] @param {string} [subject] see `toast` */
  #announce(message, action, subject) {
    this.emit("news", { message, action, subject });
  }

  /** @param {string} message that no notice before the call has */
  #announceEverywhere(message) {
    this.emit("news", { message, everywhere: true });
  }
}

/** @param {DeviceName} device @returns {Kind} */
function kindOf(device) {
  return device === "camera" ? "video" : "audio";
}

/** A choice that is not connected is shown: the list must not claim another one. @param {Device[]} devices @param {Device} shown */
function withAbsent(devices, { deviceId, label }) {
  const missing = devices.length > 0 && deviceId !== "" && label !== "" && !devices.some((device) => device.deviceId === deviceId);
  return missing ? [{ deviceId, label: text("device.absent", { name: label }) }, ...devices] : devices;
}

/** @param {SpeakerOption} option @returns {Device} */
function nameSpeaker({ deviceId, label, state }) {
  if (state === "default") return { deviceId, label: label || text("device.default") };
  return { deviceId, label: state === "missing" ? text("device.absent", { name: label || text("speaker.chosen") }) : label };
}
