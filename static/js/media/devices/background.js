/**
 * What others see behind the person: the room, the room blurred, or a picture. What covers the room is loaded with the first
 * choice of it, and until it is there, or if it fails, the camera is not sent at all.
 */

import { Emitter } from "../../lib/emitter.js";
import { inRecords } from "../../lib/records.js";
import { browserStorage } from "../../lib/storage.js";

/** @import { Cover } from "../background/cover.js" */
/** @typedef {"none" | "blur" | "picture"} BackgroundChoice */
/**
 * @typedef {"off" | "loading" | "hidden" | "covered" | "failed"} BackgroundState loading: nothing is sent yet; hidden: the whole picture
 *   is covered, since it is not known where the person is; covered: the room is; failed: the camera is not sent */

const STORAGE_KEY = "meeting-point.background";
const PLACE = Object.freeze({ database: "meeting-point-background", store: "pictures", keyPath: "id" });
const OWN = "own";

/** Whether this browser can cover a camera; the system's own blur does not count, since it is known only of an open camera. */
export function canCover() {
  const frames = "MediaStreamTrackProcessor" in globalThis && "MediaStreamTrackGenerator" in globalThis;
  return "OffscreenCanvas" in globalThis && (frames || "captureStream" in HTMLCanvasElement.prototype);
}

/**
 * @typedef {object} BackgroundEvents
 * @property {void} track `trackFor` may give another track
 * @property {void} state `state` or `report` has changed
 */

/** @extends {Emitter<BackgroundEvents>} */
export class Background extends Emitter {
  #choice = loadChoice();
  /** @type {MediaStreamTrack | null} */
  #camera = null;
  /** @type {Cover | null} */
  #cover = null;
  #failed = false;
  #turn = 0;

  get choice() {
    return this.#choice;
  }

  /** @returns {BackgroundState} */
  get state() {
    if (this.#choice === "none" || this.#camera === null) return "off";
    if (this.#failed) return "failed";
    if (!this.#cover) return "loading";
    return this.#cover.report.finds ? "covered" : "hidden";
  }

  /** Cores that are used for it. */
  get load() {
    return this.#cover?.report.load ?? 0;
  }

  /** What it costs, for diagnosis: ms a picture, and pictures a second. */
  get report() {
    return this.#cover?.report ?? null;
  }

  /** What may be sent of a camera: never its own track while the room has to be covered. @param {MediaStreamTrack | null} camera */
  trackFor(camera) {
    if (camera === null || this.#choice === "none") return camera;
    return this.#cover?.camera === camera && !this.#failed ? this.#cover.track : null;
  }

  /** @param {MediaStreamTrack | null} camera that is open now */
  setCamera(camera) {
    if (camera === this.#camera) return;
    this.#camera = camera;
    this.#begin();
  }

  /** Takes effect at once, and again for a picture that was changed. @param {BackgroundChoice} choice */
  choose(choice) {
    this.#choice = choice;
    browserStorage.save(STORAGE_KEY, choice === "none" ? null : choice);
    this.#begin();
  }

  /** @returns {Promise<Blob | null>} the own picture; null: none was chosen, or it cannot be read */
  async loadPicture() {
    const record = await inRecords(PLACE, "readonly", (store) => store.get(OWN)).catch(() => null);
    return record?.picture ?? null;
  }

  /** Keeps the own picture in this browser, and shows it. @param {Blob} picture @throws {DOMException} the browser stores nothing, or is out of space */
  async usePicture(picture) {
    await inRecords(PLACE, "readwrite", (store) => store.put({ id: OWN, picture }));
    this.choose("picture");
  }

  #begin() {
    this.#cover?.stop();
    this.#cover = null;
    this.#failed = false;
    this.#turn += 1;
    if (this.#camera !== null && this.#choice !== "none") void this.#start(this.#camera, this.#choice, this.#turn);
    this.#emitBoth();
  }

  /** @param {MediaStreamTrack} camera @param {"blur" | "picture"} choice @param {number} turn */
  async #start(camera, choice, turn) {
    const isCurrent = () => turn === this.#turn;
    const changed = () => isCurrent() && this.emit("state");
    const failed = () => isCurrent() && this.#fail();
    const lost = () => isCurrent() && this.#begin();
    try {
      const { coverCamera } = await import("../background/cover.js");
      const stored = choice === "picture" ? await this.loadPicture() : null;
      const cover = isCurrent() ? await coverCamera(camera, stored, { changed, failed, lost }) : null;
      if (!isCurrent()) return void cover?.stop();
      this.#cover = cover;
      this.#emitBoth();
    } catch {
      failed();
    }
  }

  #fail() {
    this.#failed = true;
    this.#emitBoth();
  }

  #emitBoth() {
    this.emit("track");
    this.emit("state");
  }
}

/** @returns {BackgroundChoice} */
function loadChoice() {
  const kept = browserStorage.load(STORAGE_KEY);
  return (kept === "blur" || kept === "picture") && canCover() ? kept : "none";
}
