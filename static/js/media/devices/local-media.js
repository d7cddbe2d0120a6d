/** This person's camera and microphone. Each may be missing, denied or off while the other works. */

import { Emitter } from "../../lib/emitter.js";
import { openBoth, openTrack } from "./constraints.js";
import { deviceCause, findDeviceCause, mayOpenAlone } from "./device-errors.js";
import { newDevices } from "./new-devices.js";
import { loadDevice, saveDevice } from "./preferences.js";

/** @import { Kind } from "./constraints.js" */
/** @import { DeviceCause } from "./device-errors.js" */
/** @import { NewDevice } from "./new-devices.js" */
/** @typedef {{audio: MediaDeviceInfo[], video: MediaDeviceInfo[], speakers: MediaDeviceInfo[]}} DeviceLists */
/** @type {readonly Kind[]} */
const KINDS = ["audio", "video"];

/** @typedef {boolean | string} DeviceRequest true: the last choice, or any; false: none; a string: this device id */

/**
 * @typedef {object} LocalMediaEvents
 * @property {void} changed a track or muting changed; the properties are up to date
 * @property {DeviceLists} devices the lists changed; labels are empty until a device was allowed
 * @property {{kind: Kind, cause: DeviceCause}} failed a device could not be opened, or was unplugged and none replaces it
 * @property {{kind: Kind, label: string}} fallback the device in use was unplugged, and this one replaces it
 * @property {NewDevice} new-device a device was plugged in; it is not selected
 */

/** @extends {Emitter<LocalMediaEvents>} */
export class LocalMedia extends Emitter {
  /** @type {Record<Kind, MediaStreamTrack | null>} */
  #tracks = { audio: null, video: null };
  /** Requested device ids; null: any. @type {Record<Kind, string | null>} */
  #chosen = { audio: loadDevice("audio"), video: loadDevice("video") };
  /** Numbers requests, so that only the last one takes effect. @type {Record<Kind, number>} */
  #requests = { audio: 0, video: 0 };
  #muted = false;
  /** null: not listed yet. @type {MediaDeviceInfo[] | null} */
  #knownDevices = null;
  #life = new AbortController();

  constructor() {
    super();
    const { signal } = this.#life;
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.#devicesChanged(), { signal });
  }

  /** Null without a microphone. Muting disables the track. */
  get audioTrack() {
    return this.#tracks.audio;
  }

  /** Null without a camera, or while it is off. */
  get videoTrack() {
    return this.#tracks.video;
  }

  get muted() {
    return this.#muted;
  }

  get cameraOn() {
    return this.#tracks.video !== null;
  }

  /**
   * Opens the devices with one permission prompt; if that fails, one by one, so that a failure of one leaves the other.
   * @param {{audio: DeviceRequest, video: DeviceRequest}} wishes @returns {Promise<void>} settles also after `failed`
   */
  async start({ audio, video }) {
    if (typeof audio === "string") this.#chosen.audio = audio;
    if (typeof video === "string") this.#chosen.video = video;
    const wanted = KINDS.filter((kind) => (kind === "audio" ? audio : video) !== false);
    for (const kind of wanted.length === KINDS.length ? await this.#openTogether() : wanted) await this.#open(kind);
    await this.#updateLists();
  }

  /** Muting also applies to a microphone that is opened later. @param {boolean} muted */
  setMuted(muted) {
    this.#muted = muted;
    if (this.#tracks.audio) this.#tracks.audio.enabled = !muted;
    this.emit("changed");
  }

  /** Off stops the camera, so that its light goes out. @param {boolean} on @returns {Promise<void>} settles also after `failed` */
  async setCameraOn(on) {
    if (on) return this.#tracks.video === null ? this.#openAndShow("video") : undefined;
    this.#requests.video += 1;
    this.#setTrack("video", null);
  }

  /** Switches to a device and saves the choice. @param {Kind} kind @param {string} deviceId @returns {Promise<void>} */
  async selectDevice(kind, deviceId) {
    this.#chosen[kind] = deviceId;
    saveDevice(kind, deviceId);
    await this.#openAndShow(kind);
  }

  /** Opens the device in use again: it delivers nothing. @param {Kind} kind @returns {Promise<void>} */
  reopen(kind) {
    return this.#open(kind);
  }

  /** @returns {Promise<DeviceLists>} */
  async listDevices() {
    const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    /** @param {MediaDeviceKind} wanted */
    const all = (wanted) => devices.filter(({ kind, deviceId }) => kind === wanted && deviceId !== "");
    return { audio: all("audioinput"), video: all("videoinput"), speakers: all("audiooutput") };
  }

  /** Releases both devices, for good. */
  stop() {
    this.#life.abort();
    for (const kind of KINDS) {
      this.#requests[kind] += 1;
      this.#release(kind);
    }
    this.emit("changed");
  }

  /** @returns {Promise<Kind[]>} those to open one by one */
  async #openTogether() {
    const asked = { audio: (this.#requests.audio += 1), video: (this.#requests.video += 1) };
    try {
      for (const track of await openBoth(this.#chosen)) {
        const kind = /** @type {Kind} */ (track.kind);
        if (asked[kind] === this.#requests[kind]) this.#setTrack(kind, track);
        else track.stop();
      }
      return [];
    } catch (error) {
      const alone = await Promise.all(KINDS.map((kind) => mayOpenAlone(error, kind)));
      const refused = await Promise.all(KINDS.map((kind) => findDeviceCause(error, kind)));
      const pending = KINDS.filter((kind) => asked[kind] === this.#requests[kind]);
      for (const kind of pending) if (!alone[KINDS.indexOf(kind)]) this.emit("failed", { kind, cause: refused[KINDS.indexOf(kind)] });
      return pending.filter((kind) => alone[KINDS.indexOf(kind)]);
    }
  }

  /** Opens the requested device, or any if that is absent. @param {Kind} kind */
  async #open(kind) {
    this.#requests[kind] += 1;
    const asked = this.#requests[kind];
    const chosen = this.#chosen[kind];
    try {
      // Firefox and phones open only one camera at a time: release the old one first.
      if (kind === "video") this.#release(kind);
      const track = await openTrack(kind, chosen).catch((error) => {
        if (chosen === null || deviceCause(error) !== "absent") throw error;
        return openTrack(kind, null);
      });
      if (asked === this.#requests[kind]) this.#setTrack(kind, track);
      else track.stop();
    } catch (error) {
      const cause = await findDeviceCause(error, kind);
      if (asked !== this.#requests[kind]) return;
      if (kind === "video") this.#setTrack(kind, null);
      this.emit("failed", { kind, cause });
    }
  }

  /** @param {Kind} kind @param {MediaStreamTrack | null} track */
  #setTrack(kind, track) {
    this.#release(kind);
    this.#tracks[kind] = track;
    if (track !== null) {
      if (kind === "audio") track.enabled = !this.#muted;
      track.addEventListener("ended", () => this.#onEnded(kind, track), { signal: this.#life.signal });
      for (const type of ["mute", "unmute"]) {
        track.addEventListener(type, () => this.emit("changed"), { signal: this.#life.signal });
      }
    }
    this.emit("changed");
  }

  /** @param {Kind} kind */
  #release(kind) {
    this.#tracks[kind]?.stop();
    this.#tracks[kind] = null;
  }

  /** A device was unplugged, or its permission revoked. @param {Kind} kind @param {MediaStreamTrack} track */
  async #onEnded(kind, track) {
    if (this.#tracks[kind] !== track) return;
    this.#setTrack(kind, null);
    await this.#openAndShow(kind);
    const label = this.#tracks[kind]?.label;
    if (label !== undefined) this.emit("fallback", { kind, label });
  }

  /** @param {Kind} kind */
  async #openAndShow(kind) {
    await this.#open(kind);
    await this.#updateLists();
  }

  /** @returns {Promise<MediaDeviceInfo[]>} */
  async #updateLists() {
    const lists = await this.listDevices();
    this.#knownDevices = [...lists.audio, ...lists.video, ...lists.speakers];
    if (!this.#life.signal.aborted) this.emit("devices", lists);
    return this.#knownDevices;
  }

  async #devicesChanged() {
    const before = this.#knownDevices;
    const after = await this.#updateLists();
    if (before === null || this.#life.signal.aborted) return;
    for (const device of newDevices(before, after)) this.emit("new-device", device);
  }
}
