/**
 * This person's camera and microphone. Each has an intent (`device-intent.js`), which a press or a choice changes at once; the
 * tracks follow. Each may be missing, denied or off while the other works.
 */

import { Emitter } from "../../lib/emitter.js";
import { Background } from "./background.js";
import { findDeviceCause, mayOpenAlone } from "./device-errors.js";
import { newIntent, step } from "./device-intent.js";
import { INPUTS, listAll, listIds, openDevice, openTogether } from "./device-opener.js";
import { isMonitor, isVirtual } from "./loopbacks.js";
import { newDevices } from "./new-devices.js";
import { permissionState, watchPermission } from "./permissions.js";
import { loadDevice, loadLabel, saveDevice } from "./preferences.js";

/** @import { Kind } from "./constraints.js" */
/** @import { DeviceCause } from "./device-errors.js" */
/** @import { Effect, Intent, IntentEvent } from "./device-intent.js" */
/** @import { NewDevice } from "./new-devices.js" */
/** @import { KnownPermission } from "./permissions.js" */
/** @typedef {{audio: MediaDeviceInfo[], video: MediaDeviceInfo[], speakers: MediaDeviceInfo[]}} DeviceLists */
/** @typedef {{kind: Kind, token: number, deviceId: string | null, fallback: boolean}} Opening */

/**
 * @typedef {object} LocalMediaEvents
 * @property {void} changed a track or an intent changed; the properties are up to date
 * @property {DeviceLists} devices the lists changed; labels are empty until a device was allowed
 * @property {{kind: Kind, cause: DeviceCause}} failed a device is off now, although it was wanted
 * @property {{kind: Kind, label: string, lost: boolean}} fallback this device is used in place of the one in use, which was lost, or
 *   of the chosen one, which is not connected
 * @property {{kind: Kind, label: string, chosen: string}} returned the device `chosen` could not be opened: the former one is used
 * @property {NewDevice} new-device a device was plugged in; it is not selected
 */

/** @type {readonly Kind[]} */
const KINDS = Object.freeze(["audio", "video"]);

/** @extends {Emitter<LocalMediaEvents>} */
export class LocalMedia extends Emitter {
  background = new Background();
  /** @type {Record<Kind, Intent>} */
  #intents = { audio: newIntent("audio", loadDevice("audio")), video: newIntent("video", loadDevice("video")) };
  /** @type {Record<Kind, MediaStreamTrack | null>} */
  #tracks = { audio: null, video: null };
  /** When the open device was allowed. @type {Record<Kind, KnownPermission>} */
  #permissions = { audio: "", video: "" };
  /** null: not listed yet. @type {MediaDeviceInfo[] | null} */
  #knownDevices = null;

  constructor() {
    super();
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.#onDevicesChanged());
    this.background.on("track", () => this.emit("changed"));
    for (const kind of KINDS) void watchPermission(kind, (state) => this.#onPermission(kind, state));
  }

  /** Null without a microphone; disabled while it is off. */
  get audioTrack() {
    return this.#liveTrack("audio");
  }

  /** Null without a camera, while it is off, and while the room is to be covered and is not yet. */
  get videoTrack() {
    return this.background.trackFor(this.#liveTrack("video"));
  }

  /** Whether the person wants the microphone off, or it cannot be used. */
  get muted() {
    return !this.#intents.audio.wanted;
  }

  /** Whether the camera is wanted and there is a picture. */
  get cameraOn() {
    return this.#intents.video.wanted && this.videoTrack !== null;
  }

  /** Whether the person wants the device on. @param {Kind} kind @returns {boolean} */
  wants(kind) {
    return this.#intents[kind].wanted;
  }

  /** Whether a device is wanted and is being opened. @param {Kind} kind @returns {boolean} */
  isOpening(kind) {
    const { wanted, request } = this.#intents[kind];
    return wanted && (request !== null || (kind === "video" && this.background.state === "loading"));
  }

  /** @param {Kind} kind @returns {string | null} id of the open device */
  usedDevice(kind) {
    return this.#intents[kind].held;
  }

  /** @param {Kind} kind @returns {{deviceId: string | null, label: string}} what the person chose; null: nothing */
  choiceOf(kind) {
    return { deviceId: this.#intents[kind].chosen, label: loadLabel(kind) };
  }

  /**
   * Switches the devices on or off, also after `stop`: with one permission prompt for both.
   * @param {Record<Kind, boolean>} wanted @returns {Promise<void>} settles also after `failed`
   */
  async start(wanted) {
    const openings = KINDS.flatMap((kind) => this.#apply(kind, { type: "begin", on: wanted[kind] }));
    void this.#showKnown();
    await (openings.length === KINDS.length ? this.#openTogether(openings) : this.#openInTurn(openings));
    await this.#updateLists();
  }

  /** Muting keeps the microphone open. @param {boolean} muted @returns {Promise<void>} settles also after `failed` */
  setMuted(muted) {
    return this.#dispatch("audio", { type: "press", on: !muted });
  }

  /** Off stops the camera, so that its light goes out. @param {boolean} on @returns {Promise<void>} settles also after `failed` */
  setCameraOn(on) {
    return this.#dispatch("video", { type: "press", on });
  }

  /** Chooses a device, and saves the choice; what is off stays off. @param {Kind} kind @param {string} deviceId @returns {Promise<void>} */
  selectDevice(kind, deviceId) {
    return this.#dispatch(kind, { type: "choose", deviceId });
  }

  /** Opens the device in use again: it delivers nothing. @param {Kind} kind @returns {Promise<void>} */
  reopen(kind) {
    return this.#dispatch(kind, { type: "reopen" });
  }

  /** Lists the devices; a monitor of an output only if the person has chosen it. @returns {Promise<DeviceLists>} */
  async listDevices() {
    return this.#listsOf(await listAll());
  }

  /** Releases both devices; what is being opened is stopped when it arrives. */
  stop() {
    for (const kind of KINDS) this.#apply(kind, { type: "end" });
  }

  /** @param {Kind} kind @param {IntentEvent} event */
  async #dispatch(kind, event) {
    const openings = this.#apply(kind, event);
    await this.#openInTurn(openings);
    if (openings.length > 0 || event.type === "choose" || event.type === "lost") await this.#updateLists();
  }

  /** @param {Kind} kind @param {IntentEvent} event @param {MediaStreamTrack} [arrived] @returns {Opening[]} to be opened now */
  #apply(kind, event, arrived) {
    const { intent, effects } = step(this.#intents[kind], event);
    this.#intents[kind] = intent;
    const openings = effects.flatMap((effect) => this.#run(kind, effect, arrived));
    this.emit("changed");
    for (const effect of effects) if (effect.do === "say") this.#say(kind, effect);
    return openings;
  }

  /** @param {Kind} kind @param {Effect} effect @param {MediaStreamTrack} [arrived] @returns {Opening[]} */
  #run(kind, effect, arrived) {
    if (effect.do === "open") return [{ kind, ...effect }];
    if (effect.do === "keep" && arrived) this.#keep(kind, arrived);
    if (effect.do === "discard") arrived?.stop();
    if (effect.do === "release") this.#release(kind);
    if (effect.do === "enable" && this.#tracks[kind]) this.#tracks[kind].enabled = effect.on;
    if (effect.do === "save") saveDevice(kind, effect.deviceId, this.#labelOf(kind, effect.deviceId));
    if (effect.do === "wait") setTimeout(() => void this.#dispatch(kind, { type: "due", token: effect.token }), effect.ms);
    return [];
  }

  /** @param {Kind} kind @param {Effect & {do: "say"}} effect */
  #say(kind, { what, cause, deviceId }) {
    const label = this.#tracks[kind]?.label ?? "";
    if (what === "failed") this.emit("failed", { kind, cause });
    else if (what === "returned") this.emit("returned", { kind, label, chosen: this.#labelOf(kind, deviceId) });
    else this.emit("fallback", { kind, label, lost: cause !== "absent" });
  }

  /** @param {Opening[]} openings browsers show one permission prompt at a time */
  async #openInTurn(openings) {
    for (const opening of openings) await this.#open(opening);
  }

  /** @param {Opening} opening */
  async #open({ kind, token, deviceId, fallback }) {
    const wanted = () => this.#isWanted(kind, token);
    let next;
    try {
      const track = await openDevice(kind, deviceId, { fallback, wanted });
      next = track ? this.#apply(kind, { type: "opened", token, id: idOf(track) }, track) : this.#apply(kind, { type: "dropped", token });
    } catch (error) {
      next = this.#apply(kind, { type: "failed", token, cause: await findDeviceCause(error, kind) });
    }
    await this.#openInTurn(next);
  }

  /** @param {Opening[]} openings one of each kind */
  async #openTogether(openings) {
    const states = await Promise.all(KINDS.map(permissionState));
    // Chromium refuses both, without a question, where one is blocked.
    const together = !states.includes("denied") && openings.every(({ kind, token }) => this.#isWanted(kind, token));
    if (!together) return this.#openInTurn(openings);
    const [audio, video] = openings.map(({ deviceId }) => deviceId);
    try {
      const tracks = await openTogether({ audio, video });
      const rest = openings.flatMap((opening) => {
        const track = tracks[opening.kind];
        return track ? this.#apply(opening.kind, { type: "opened", token: opening.token, id: idOf(track) }, track) : [opening];
      });
      await this.#openInTurn(rest);
    } catch (error) {
      await this.#openAlone(openings, error);
    }
  }

  /** Opens each by itself after both were refused, where that asks no question twice. @param {Opening[]} openings @param {unknown} error */
  async #openAlone(openings, error) {
    const alone = await Promise.all(KINDS.map((kind) => mayOpenAlone(error, kind)));
    const causes = await Promise.all(KINDS.map((kind) => findDeviceCause(error, kind)));
    for (const [at, opening] of openings.entries()) {
      if (alone[at]) await this.#open(opening);
      else await this.#openInTurn(this.#apply(opening.kind, { type: "failed", token: opening.token, cause: causes[at] }));
    }
  }

  /** @param {Kind} kind @param {number} token of a request */
  #isWanted(kind, token) {
    const { wanted, held, ended, request } = this.#intents[kind];
    return request?.token === token && !request.calledOff && !ended && (wanted || held !== null);
  }

  /** @param {Kind} kind @param {MediaStreamTrack} track */
  #keep(kind, track) {
    this.#release(kind);
    this.#tracks[kind] = track;
    if (kind === "video") this.background.setCamera(track);
    track.addEventListener("ended", () => void this.#onEnded(kind, track));
    for (const type of ["mute", "unmute"]) track.addEventListener(type, () => this.#tracks[kind] === track && this.emit("changed"));
    void permissionState(kind).then((state) => (this.#permissions[kind] = state));
    // It may have ended before it could be listened to.
    if (track.readyState === "ended") queueMicrotask(() => void this.#onEnded(kind, track));
  }

  /** @param {Kind} kind */
  #release(kind) {
    this.#tracks[kind]?.stop();
    this.#tracks[kind] = null;
    if (kind === "video") this.background.setCamera(null);
  }

  /** A device was unplugged or stopped by itself, or its permission was withdrawn. @param {Kind} kind @param {MediaStreamTrack} track */
  async #onEnded(kind, track) {
    if (this.#tracks[kind] !== track) return;
    this.emit("changed");
    const [ids, permission] = await Promise.all([listIds(kind), permissionState(kind)]);
    if (this.#tracks[kind] !== track) return;
    const gone = !ids.includes(this.#intents[kind].held ?? "");
    // Chromium hides the ids again when the permission is reset: asking is for the next press.
    const reset = permission === "prompt" && this.#permissions[kind] === "granted" && ids.includes("");
    await this.#lose(kind, gone, permission === "denied" || reset ? "denied" : null);
  }

  /** @param {Kind} kind @param {PermissionState} state */
  #onPermission(kind, state) {
    if (state === "denied" && this.#tracks[kind] !== null) void this.#lose(kind, false, "denied");
  }

  /** @param {Kind} kind @param {boolean} gone @param {DeviceCause | null} cause */
  #lose(kind, gone, cause) {
    return this.#dispatch(kind, { type: "lost", now: performance.now(), gone, cause });
  }

  /** @param {Kind} kind @param {string | null} deviceId */
  #labelOf(kind, deviceId) {
    const device = this.#knownDevices?.find((known) => known.kind === INPUTS[kind] && known.deviceId === deviceId);
    return device?.label ?? (deviceId === loadDevice(kind) ? loadLabel(kind) : "");
  }

  /** @param {readonly MediaDeviceInfo[]} all @returns {DeviceLists} */
  #listsOf(all) {
    const { chosen } = this.#intents.audio;
    /** @param {MediaDeviceKind} wanted */
    const listed = (wanted) => all.filter((device) => device.kind === wanted && (device.deviceId === chosen || !isMonitor(device, all)));
    return { audio: listed("audioinput"), video: listed("videoinput"), speakers: listed("audiooutput") };
  }

  /** @returns {Promise<MediaDeviceInfo[]>} */
  async #updateLists() {
    this.#knownDevices = await listAll();
    this.emit("devices", this.#listsOf(this.#knownDevices));
    return this.#knownDevices;
  }

  /** Shows the devices that may be known before they are opened; an empty list would mean that there are none. */
  async #showKnown() {
    const known = await listAll();
    if (known.length > 0 && this.#knownDevices === null) this.emit("devices", this.#listsOf(known));
  }

  async #onDevicesChanged() {
    const before = this.#knownDevices;
    const after = await this.#updateLists();
    if (before === null || this.#intents.audio.ended) return;
    const offered = after.filter((device) => !isMonitor(device, after) && !isVirtual(device));
    for (const device of newDevices(before, offered)) this.emit("new-device", device);
  }

  /** @param {Kind} kind */
  #liveTrack(kind) {
    return this.#tracks[kind]?.readyState === "live" ? this.#tracks[kind] : null;
  }
}

/** @param {MediaStreamTrack} track */
function idOf(track) {
  return track.getSettings().deviceId ?? "";
}
