/** The page before the call: camera preview, name, join button. */

import { Emitter } from "../../lib/emitter.js";
import { browserStorage } from "../../lib/storage.js";
import { cleanName } from "../../lib/clean-name.js";
import { isMirrored } from "../../media/devices/facing.js";
import { saveHidden, loadHidden } from "../../peer/ice/ice-policy.js";
import { setWorking } from "../lib/focus-keeper.js";
import { byId, find } from "../lib/page.js";
import { fitOf, ratioOf } from "../stage/fit.js";
import { controlsReady, enableControls, isEarly, isEdited } from "../lib/ready.js";

/** @import { DeviceControls } from "../devices/device-controls.js" */
/** @import { MediaOutputs } from "../../media/playback/media-outputs.js" */
/** @import { CallPageData } from "../lib/page.js" */

export const NAME_STORAGE_KEY = "meeting-point.name";

/**
 * @typedef {object} PrejoinEvents
 * @property {{name: string}} join the person wants to join; the name is cleaned and not empty
 * @property {{filesOnly: boolean}} mode
 */

/** @extends {Emitter<PrejoinEvents>} */
export class Prejoin extends Emitter {
  #root = byId("prejoin", HTMLElement);
  #preview = find(this.#root, ".preview", HTMLElement);
  #video = find(this.#root, ".preview__video", HTMLVideoElement);
  #empty = find(this.#root, ".preview__empty", HTMLElement);
  #form = byId("join-form", HTMLFormElement);
  #name = byId("display-name", HTMLInputElement);
  #error = byId("name-error", HTMLElement);
  #button = find(this.#form, "button", HTMLButtonElement);
  #hide = byId("hide-address", HTMLInputElement);
  #blocked = false;
  #needsRelay = false;
  #mustKnock = false;
  #devices;
  #outputs;
  #keepName;
  #filesOnly;

  /**
   * @param {DeviceControls} devices
   * @param {{outputs: MediaOutputs, keepName: boolean, page: CallPageData, filesOnly?: boolean}} options
   *   keepName: save the name in this browser, for people without an account; filesOnly: see the property
   */
  constructor(devices, { outputs, keepName, page, filesOnly = false }) {
    super();
    this.#devices = devices;
    this.#outputs = outputs;
    outputs.add(this.#video, { pid: "", own: true });
    this.#keepName = keepName;
    this.#filesOnly = filesOnly;
    if (keepName && !this.#name.value && !isEdited(this.#name)) this.#name.value = browserStorage.load(NAME_STORAGE_KEY) ?? "";
    if (page.displayName && !isEdited(this.#name)) this.#name.value ||= page.displayName;
    this.#applyMode();
    this.#showRelayRule(page);
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.#name.addEventListener("input", () => this.#showNameError(false));
    devices.on("changed", () => this.#update());
    this.#video.addEventListener("resize", () => this.#fit());
    new ResizeObserver(() => this.#fit()).observe(this.#preview);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.#root.querySelectorAll("[data-mode-to]"))) {
      button.addEventListener("click", () => this.#setMode(button.dataset.modeTo === "files"));
    }
    this.#update();
  }

  /** Whether the person comes for files only: without a preview and with a default name, so that one press is enough. */
  get filesOnly() {
    return this.#filesOnly;
  }

  /** @param {boolean} filesOnly */
  #setMode(filesOnly) {
    this.#filesOnly = filesOnly;
    history.replaceState(history.state, "", filesOnly ? "?files" : location.pathname);
    this.#applyMode();
    this.#update();
    this.emit("mode", { filesOnly });
    this.#name.focus();
  }

  #applyMode() {
    this.#root.dataset.mode = this.#filesOnly ? "files" : "";
    if (this.#filesOnly && !isEdited(this.#name)) this.#name.value ||= this.#name.dataset.stranger ?? "";
  }

  /** What the buttons on the preview say, which the person may have pressed while the page was loading. */
  get toggles() {
    const isOn = (/** @type {string} */ which) => find(this.#preview, `[data-toggle="${which}"]`, HTMLElement).ariaPressed === "true";
    return { microphone: isOn("microphone"), camera: isOn("camera") };
  }

  enableToggles() {
    controlsReady(this.#preview);
    enableControls(this.#root.querySelectorAll("[data-mode-to]"));
  }

  /** For a person who has pressed *Join* on another page: it counts here if their name is known. @param {string} [name] */
  pressJoin(name) {
    if (name && !isEdited(this.#name)) this.#name.value = name;
    if (isEarly(this.#button) && cleanName(this.#name.value) !== "") this.#button.dataset.pressed ??= "0";
  }

  /** Joins at once if the person has pressed the button before. */
  enableJoin() {
    controlsReady(this.#form, () => this.#update());
  }

  /** @param {boolean} shown */
  set shown(shown) {
    this.#root.hidden = !shown;
    this.#update();
  }

  /** @param {boolean} blocked joining is impossible, and another notice says why */
  set blocked(blocked) {
    this.#blocked = blocked;
    this.#update();
  }

  get isBlocked() {
    return this.#blocked;
  }

  /** @param {boolean} working the server is being asked */
  set working(working) {
    setWorking(this.#button, working);
    if (!working) this.#update();
  }

  /** @param {boolean} knocks whether a host must admit this person */
  set knocks(knocks) {
    this.#mustKnock = knocks;
    this.#update();
  }

  /** Whether to hide this person's IP address from the others. */
  get hideAddress() {
    return this.#hide.checked;
  }

  /** Hiding the address is a choice only where the site has a relay and the room does not require it. @param {CallPageData} page */
  #showRelayRule({ relayOnly, hideAddress, hasRelay }) {
    this.#hide.checked = hideAddress || loadHidden();
    this.#hide.addEventListener("change", () => {
      saveHidden(this.#hide.checked);
      this.#updateRelayNotice(relayOnly, hasRelay);
    });
    byId("hide-address-field", HTMLElement).hidden = relayOnly || (!hasRelay && !this.#hide.checked);
    byId("relay-only", HTMLElement).hidden = !relayOnly || !hasRelay;
    this.#updateRelayNotice(relayOnly, hasRelay);
  }

  /** @param {boolean} relayOnly @param {boolean} hasRelay */
  #updateRelayNotice(relayOnly, hasRelay) {
    this.#needsRelay = !hasRelay && (relayOnly || this.#hide.checked);
    const notice = byId("no-relay", HTMLElement);
    notice.hidden = !this.#needsRelay;
    notice.textContent = (relayOnly ? notice.dataset.textRoom : notice.dataset.textOwn) ?? "";
    this.#update();
  }

  #update() {
    const { media, problems, starting } = this.#devices;
    const track = media.cameraOn && !this.#root.hidden ? media.videoTrack : null;
    this.#preview.dataset.camera = track ? "on" : "off";
    this.#preview.dataset.mirrored = String(track !== null && isMirrored(track));
    this.#empty.textContent = (media.isOpening("video") ? this.#empty.dataset.textOn : this.#empty.dataset.textOff) ?? "";
    const shown = /** @type {MediaStream | null} */ (this.#video.srcObject)?.getVideoTracks()[0] ?? null;
    if (shown !== track) this.#outputs.play(this.#video, track && new MediaStream([track]));
    const without = !starting && !problems.insecure && problems.any && !track && !media.audioTrack;
    const { textWith, textWithout, textFiles, textKnock } = this.#button.dataset;
    const label = this.#filesOnly ? textFiles : without ? textWithout : textWith;
    this.#button.textContent = (this.#mustKnock ? textKnock : label) ?? "";
    if (!isEarly(this.#button)) this.#button.disabled = this.#blocked || this.#needsRelay || problems.insecure;
  }

  /** As much of the picture as others will see on their stage. */
  #fit() {
    const { videoWidth: width, videoHeight: height } = this.#video;
    const { clientWidth, clientHeight } = this.#preview;
    const ratio = ratioOf({ camera: true, still: null, video: { width, height } });
    this.#preview.dataset.fit = fitOf(ratio, { width: clientWidth, height: clientHeight });
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const name = cleanName(this.#name.value);
    this.#showNameError(name === "");
    if (name === "" || this.#name.validity.customError) return this.#name.focus();
    if (this.#keepName) browserStorage.save(NAME_STORAGE_KEY, name);
    this.emit("join", { name });
  }

  /** @param {boolean} wrong */
  #showNameError(wrong) {
    this.#error.hidden = !wrong;
    this.#name.setAttribute("aria-invalid", String(wrong));
  }
}
