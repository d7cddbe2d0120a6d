/** Zooms and moves a picture that fills the window: by wheel, drag, pinch and double tap, and by its methods. */

import { Emitter } from "../../lib/emitter.js";
import { FIT, panBy, pinch, toggleZoom, zoomAt, clampView } from "./zoom.js";

/** @import { Frame, Point, View } from "./zoom.js" */

const CENTRE = Object.freeze({ x: 0, y: 0 });
/** Of a wheel that counts in lines. */
const LINE_PX = 16;
const WHEEL_SPEED = 0.01;
/** One notch of the wheel of a mouse, as browsers count it, and what it zooms. */
const NOTCH = 120;
const NOTCH_ZOOM = 1.25;
/** Two taps are a double tap within this time and distance; a finger that moves farther drags. */
const DOUBLE_TAP_MS = 350;
const DOUBLE_TAP_PX = 30;
const TAP_PX = 10;

/**
 * @typedef {object} PictureZoomEvents
 * @property {{scale: number}} changed the view; 1: the whole picture is shown
 */

/** @extends {Emitter<PictureZoomEvents>} */
export class PictureZoom extends Emitter {
  #tile;
  #video;
  /** @type {View} */
  #view = FIT;
  /** @type {Map<number, Point>} by pointer */
  #pointers = new Map();
  /** Where the pointers were, and the view, when one of them came or went. @type {{view: View, points: Point[]}} */
  #start = { view: FIT, points: [] };
  #moved = false;
  #lastTap = { at: -Infinity, point: /** @type {Point} */ (CENTRE) };

  /** @param {HTMLElement} tile of the size of the window @param {HTMLVideoElement} video inside it @param {AbortSignal} signal */
  constructor(tile, video, signal) {
    super();
    this.#tile = tile;
    this.#video = video;
    const options = { signal, passive: false };
    tile.addEventListener("pointerdown", (event) => this.#onDown(event), options);
    tile.addEventListener("pointermove", (event) => this.#onMove(event), options);
    for (const type of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
      tile.addEventListener(type, (event) => this.#onUp(event), options);
    }
    tile.addEventListener("wheel", (event) => this.#onWheel(event), options);
    this.#listenForTrackpad(options);
    const sizes = new ResizeObserver(() => this.#setView(this.#view));
    sizes.observe(tile);
    video.addEventListener("resize", () => this.#setView(this.#view), options);
    signal.addEventListener("abort", () => {
      sizes.disconnect();
      for (const name of ["--zoom", "--pan-x", "--pan-y"]) tile.style.removeProperty(name);
    });
  }

  get scale() {
    return this.#view.scale;
  }

  /** @param {number} factor */
  zoomBy(factor) {
    this.#setView(zoomAt(this.#view, this.#view.scale * factor, CENTRE, this.#frame));
  }

  fit() {
    this.#setView(FIT);
  }

  /** Moves the picture by parts of the window. @param {number} x @param {number} y */
  panBy(x, y) {
    const { width, height } = this.#frame.box;
    this.#setView(panBy(this.#view, { x: x * width, y: y * height }, this.#frame));
  }

  /** @returns {Frame} */
  get #frame() {
    const { videoWidth, videoHeight } = this.#video;
    return { picture: { width: videoWidth, height: videoHeight }, box: { width: this.#tile.clientWidth, height: this.#tile.clientHeight } };
  }

  /** @param {View} view */
  #setView(view) {
    this.#view = clampView(view, this.#frame);
    const { scale, x, y } = this.#view;
    this.#tile.style.setProperty("--zoom", String(scale));
    this.#tile.style.setProperty("--pan-x", `${x}px`);
    this.#tile.style.setProperty("--pan-y", `${y}px`);
    this.emit("changed", { scale });
  }

  /** @param {MouseEvent} event @returns {Point} */
  #pointOf({ clientX, clientY }) {
    const { left, top, width, height } = this.#tile.getBoundingClientRect();
    return { x: clientX - left - width / 2, y: clientY - top - height / 2 };
  }

  #restart() {
    this.#start = { view: this.#view, points: [...this.#pointers.values()] };
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    if (event.button !== 0 || (event.target instanceof Element && event.target.closest("button"))) return;
    this.#tile.setPointerCapture(event.pointerId);
    if (this.#pointers.size === 0) this.#moved = false;
    this.#pointers.set(event.pointerId, this.#pointOf(event));
    this.#restart();
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    if (!this.#pointers.has(event.pointerId)) return;
    this.#pointers.set(event.pointerId, this.#pointOf(event));
    const { view, points } = this.#start;
    const [before, now] = [points.slice(0, 2), [...this.#pointers.values()].slice(0, 2)];
    const [from, to] = [before[0] ?? CENTRE, now[0] ?? CENTRE];
    const by = { x: to.x - from.x, y: to.y - from.y };
    if (Math.hypot(by.x, by.y) > TAP_PX || before.length > 1) this.#moved = true;
    if (before.length > 1) this.#setView(pinch(view, /** @type {[Point, Point]} */ (before), /** @type {[Point, Point]} */ (now), this.#frame));
    else if (this.#moved) this.#setView(panBy(view, by, this.#frame));
  }

  /** @param {PointerEvent} event */
  #onUp(event) {
    const point = this.#pointers.get(event.pointerId);
    if (!this.#pointers.delete(event.pointerId) || point === undefined) return;
    this.#restart();
    if (event.type === "pointerup" && this.#pointers.size === 0 && !this.#moved) this.#onTap(point, event.timeStamp);
  }

  /** @param {Point} point @param {number} at ms */
  #onTap(point, at) {
    const { at: before, point: there } = this.#lastTap;
    const isDouble = at - before < DOUBLE_TAP_MS && Math.hypot(point.x - there.x, point.y - there.y) < DOUBLE_TAP_PX;
    this.#lastTap = { at: isDouble ? -Infinity : at, point };
    if (isDouble) this.#setView(toggleZoom(this.#view, point, this.#frame));
  }

  /** The wheel of a mouse zooms. Two fingers on a trackpad move, and zoom when they pinch, which browsers report with Ctrl. @param {WheelEvent} event */
  #onWheel(event) {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : LINE_PX;
    const [x, y] = [event.deltaX * unit, event.deltaY * unit];
    const zooms = event.ctrlKey || event.metaKey;
    if (zooms) this.#setView(zoomAt(this.#view, this.#view.scale * Math.exp(-y * WHEEL_SPEED), this.#pointOf(event), this.#frame));
    else if (notchesOf(event) !== 0) this.#setView(zoomAt(this.#view, this.#view.scale * NOTCH_ZOOM ** notchesOf(event), this.#pointOf(event), this.#frame));
    else this.#setView(panBy(this.#view, { x: -x, y: -y }, this.#frame));
  }

  /** Safari on a Mac has events of its own for a pinch on a trackpad. @param {AddEventListenerOptions} options */
  #listenForTrackpad(options) {
    let before = this.#view.scale;
    this.#tile.addEventListener("gesturestart", (event) => {
      event.preventDefault();
      before = this.#view.scale;
    }, options);
    this.#tile.addEventListener("gesturechange", (event) => {
      event.preventDefault();
      const { scale } = /** @type {Event & {scale: number}} */ (event);
      if (this.#pointers.size === 0) this.#setView(zoomAt(this.#view, before * scale, this.#pointOf(/** @type {any} */ (event)), this.#frame));
    }, options);
  }
}

/** Away from the person: above 0. @param {WheelEvent} event @returns {number} 0: it is no wheel of a mouse */
function notchesOf(event) {
  const { wheelDeltaY = 0 } = /** @type {WheelEvent & {wheelDeltaY?: number}} */ (event);
  return event.deltaX === 0 && wheelDeltaY % NOTCH === 0 ? wheelDeltaY / NOTCH : 0;
}
