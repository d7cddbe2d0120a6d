/** How large each person is shown on this page, for their senders: they need not encode what is not visible. */

import { Emitter } from "../../lib/emitter.js";

/** @import { View } from "../../media/adaptation/receiver-reports.js" */

/** @type {View} */
const UNSEEN = Object.freeze({ height: 0, visible: false });
const MAX_PIXELS = 16_384;

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
  #sizes = new ResizeObserver(() => this.#emitChanged());

  /** @param {HTMLElement} root contains the tiles @param {AbortSignal} signal */
  constructor(root, signal) {
    super();
    this.#root = root;
    const tiles = new MutationObserver(() => this.#observeTiles());
    tiles.observe(root, { childList: true, subtree: true });
    // A phone that is turned sends an upright picture: the same tile needs another size of it.
    root.addEventListener("resize", () => this.#emitChanged(), { signal, capture: true });
    for (const type of ["visibilitychange", "enterpictureinpicture", "leavepictureinpicture"]) {
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
    return { tile: tile ? this.#measure(tile) : UNSEEN, screen: screen ? this.#measure(screen) : null };
  }

  /** @param {Element} tile @returns {View} */
  #measure(tile) {
    if (tile.querySelector("video") === document.pictureInPictureElement && document.pictureInPictureElement) {
      return { height: 360, visible: true };
    }
    const filling = this.#root.querySelector("[data-filled]");
    const zoom = Number(tile instanceof HTMLElement && tile.style.getPropertyValue("--zoom")) || 1;
    const height = Math.round(shorterSide(tile) * zoom * (globalThis.devicePixelRatio || 1));
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

  /** @param {IntersectionObserverEntry[]} entries */
  #onIntersection(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#visible.add(target);
      else this.#visible.delete(target);
    }
    this.#emitChanged();
  }

  #emitChanged() {
    this.emit("changed");
  }
}

/**
 * The shorter side of a picture as it is shown in a tile, before cropping: what the sender scales to.
 * @param {{width: number, height: number}} tile CSS px @param {{width: number, height: number}} picture 0 × 0: unknown, taken as 16:9
 * @param {boolean} whole shown whole, not filling the tile @returns {number} CSS px
 */
export function shownHeight({ width, height }, picture, whole) {
  const [across, down] = picture.width > 0 && picture.height > 0 ? [picture.width, picture.height] : [16, 9];
  const scales = [width / across, height / down];
  return Math.min(across, down) * (whole ? Math.min(...scales) : Math.max(...scales));
}

/** @param {Element} tile */
function shorterSide(tile) {
  const video = tile.querySelector("video");
  const picture = { width: video?.videoWidth ?? 0, height: video?.videoHeight ?? 0 };
  const whole = tile instanceof HTMLElement && (tile.dataset.fit === "contain" || "filled" in tile.dataset);
  return shownHeight({ width: tile.clientWidth, height: tile.clientHeight }, picture, whole);
}
