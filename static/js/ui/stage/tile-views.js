/** How large each person is shown on this page, for their senders: they need not encode what is not visible. */

import { Emitter } from "../../lib/emitter.js";

/** @import { View } from "../../media/adaptation/receiver-reports.js" */

/** @type {View} */
const UNSEEN = Object.freeze({ height: 0, visible: false });
const MAX_PIXELS = 16_384;
/** CSS px. @typedef {{width: number, height: number}} Size */
const UNMEASURED = Object.freeze({ width: 0, height: 0 });
/** Of the browser's own window for a video, until it is known. */
const USUAL_WINDOW = Object.freeze({ width: 640, height: 360 });

/** What a small window beside the page shows. height: device px of the picture's shorter side. @typedef {{pid: string, kind: "tile" | "screen", height: number}} Outside */

/**
 * @typedef {object} TileViewsEvents
 * @property {void} changed a tile came into view, left it, or changed its size
 */

/** @extends {Emitter<TileViewsEvents>} */
export class TileViews extends Emitter {
  #root;
  /** @type {Set<Element>} */
  #visible = new Set();
  /** @type {WeakSet<Element>} */
  #observed = new WeakSet();
  #intersections = new IntersectionObserver((entries) => this.#onIntersection(entries));
  #sizes = new ResizeObserver((entries) => this.#onSizes(entries));
  /** As they were at the last frame: asking at any other time makes the browser lay out the whole page. @type {WeakMap<Element, Size>} */
  #measured = new WeakMap();
  /** @type {Outside | null} */
  #outside = null;
  /** @type {{width: number, height: number}} */
  #videoWindow = USUAL_WINDOW;

  /** @param {HTMLElement} root contains the tiles @param {AbortSignal} signal */
  constructor(root, signal) {
    super();
    this.#root = root;
    const tiles = new MutationObserver(() => this.#observeTiles());
    tiles.observe(root, { childList: true, subtree: true });
    // A phone that is turned sends an upright picture: the same tile needs another size of it.
    root.addEventListener("resize", () => this.#emitChanged(), { signal, capture: true });
    document.addEventListener("enterpictureinpicture", (event) => this.#onVideoWindow(event), { signal, capture: true });
    for (const type of ["visibilitychange", "leavepictureinpicture"]) {
      document.addEventListener(type, () => this.#emitChanged(), { signal, capture: true });
    }
    this.#observeTiles();
    signal.addEventListener("abort", () => {
      for (const observer of [tiles, this.#intersections, this.#sizes]) observer.disconnect();
    });
  }

  /** @param {string} pid @returns {{tile: View, screen: View | null}} */
  viewOf(pid) {
    const [tile, screen] = ["mp-tile", "mp-screen"].map((name) => this.#root.querySelector(`${name}[data-pid="${CSS.escape(pid)}"]`));
    const views = { tile: tile ? this.#measure(tile) : UNSEEN, screen: screen ? this.#measure(screen) : null };
    return this.#outside?.pid === pid ? withOutside(views, this.#outside) : views;
  }

  /** @param {Outside | null} outside null: no small window is open */
  showOutside(outside) {
    this.#outside = outside;
    this.#emitChanged();
  }

  /** @param {Element} tile @returns {View} */
  #measure(tile) {
    const ratio = globalThis.devicePixelRatio || 1;
    const video = tile.querySelector("video");
    if (video && video === document.pictureInPictureElement) {
      return { height: Math.round(shownHeight(this.#videoWindow, sizeOf(video), true) * ratio), visible: true };
    }
    const filling = this.#root.querySelector("[data-filled]");
    const zoom = Number(tile instanceof HTMLElement && tile.style.getPropertyValue("--zoom")) || 1;
    const height = Math.round(shorterSide(tile, this.#measured.get(tile) ?? UNMEASURED) * zoom * ratio);
    // What fills the window covers the others.
    const visible = !document.hidden && this.#visible.has(tile) && height > 0 && (filling === null || filling === tile);
    return { height: Math.min(height, MAX_PIXELS), visible };
  }

  #observeTiles() {
    for (const tile of this.#root.querySelectorAll("[data-pid]")) {
      if (this.#observed.has(tile)) continue;
      this.#observed.add(tile);
      this.#intersections.observe(tile);
      this.#sizes.observe(tile);
    }
    this.#emitChanged();
  }

  /** @param {ResizeObserverEntry[]} entries */
  #onSizes(entries) {
    for (const { target } of entries) this.#measured.set(target, { width: target.clientWidth, height: target.clientHeight });
    this.#emitChanged();
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #onIntersection(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#visible.add(target);
      else this.#visible.delete(target);
    }
    this.#emitChanged();
  }

  /** @param {Event} event */
  #onVideoWindow(event) {
    const { pictureInPictureWindow } = /** @type {Event & {pictureInPictureWindow?: PictureInPictureWindow}} */ (event);
    this.#videoWindow = pictureInPictureWindow ?? USUAL_WINDOW;
    this.#emitChanged();
  }

  #emitChanged() {
    this.emit("changed");
  }
}

/**
 * The shorter side of a picture as it is shown in a tile, before cropping: what the sender scales to.
 * @param {Size} tile @param {{width: number, height: number}} picture 0 × 0: unknown, taken as 16:9
 * @param {boolean} whole shown whole, not filling the tile @returns {number} CSS px
 */
export function shownHeight({ width, height }, picture, whole) {
  const [across, down] = picture.width > 0 && picture.height > 0 ? [picture.width, picture.height] : [16, 9];
  const scales = [width / across, height / down];
  return Math.min(across, down) * (whole ? Math.min(...scales) : Math.max(...scales));
}

/**
 * A picture that the page shows, too, is wanted in the larger of both sizes.
 * @param {{tile: View, screen: View | null}} views on the page @param {Outside} outside @returns {{tile: View, screen: View | null}}
 */
export function withOutside(views, { kind, height }) {
  const view = views[kind];
  return view === null ? views : { ...views, [kind]: { height: view.visible ? Math.max(view.height, height) : height, visible: true } };
}

/** @param {HTMLVideoElement | null} video @returns {{width: number, height: number}} of its picture */
function sizeOf(video) {
  return { width: video?.videoWidth ?? 0, height: video?.videoHeight ?? 0 };
}

/** @param {Element} tile @param {Size} size of the tile */
function shorterSide(tile, size) {
  const picture = sizeOf(tile.querySelector("video"));
  const whole = tile instanceof HTMLElement && (tile.dataset.fit === "contain" || "filled" in tile.dataset);
  return shownHeight(size, picture, whole);
}
