/** How large and whether each person is seen on this page, for those who send to it: nobody need encode what nobody sees. */

import { Emitter } from "../../lib/emitter.js";

/** @import { View } from "../../media/adaptation/receiver-reports.js" */

/** @type {View} */
const UNSEEN = Object.freeze({ height: 0, visible: false });
const MAX_PIXELS = 16_384;

/**
 * @typedef {object} TileViewsEvents
 * @property {void} changed something came into view or went out of it, or changed its size
 */

/** @extends {Emitter<TileViewsEvents>} */
export class TileViews extends Emitter {
  #root;
  /** @type {Set<Element>} */
  #inSight = new Set();
  /** @type {WeakSet<Element>} */
  #watched = new WeakSet();
  #sight = new IntersectionObserver((entries) => this.#sighted(entries));
  #sizes = new ResizeObserver(() => this.#changed());

  /** @param {HTMLElement} root in which the tiles come and go @param {AbortSignal} signal */
  constructor(root, signal) {
    super();
    this.#root = root;
    const tiles = new MutationObserver(() => this.#watch());
    tiles.observe(root, { childList: true, subtree: true });
    for (const type of ["visibilitychange", "enterpictureinpicture", "leavepictureinpicture"]) {
      document.addEventListener(type, () => this.#changed(), { signal, capture: true });
    }
    this.#watch();
    signal.addEventListener("abort", () => {
      for (const observer of [tiles, this.#sight, this.#sizes]) observer.disconnect();
    });
  }

  /** Tells how somebody is seen. @param {string} pid @returns {{tile: View, screen: View | null}} */
  viewOf(pid) {
    const [tile, screen] = ["mp-tile", "mp-screen"].map((name) => this.#root.querySelector(`${name}[data-pid="${CSS.escape(pid)}"]`));
    return { tile: tile ? this.#view(tile) : UNSEEN, screen: screen ? this.#view(screen) : null };
  }

  /** @param {Element} tile @returns {View} */
  #view(tile) {
    if (tile.querySelector("video") === document.pictureInPictureElement && document.pictureInPictureElement) {
      return { height: 360, visible: true };
    }
    const { clientWidth, clientHeight } = tile;
    // The picture covers the tile, so the side that needs more of it counts.
    const height = Math.round(Math.max(clientHeight, (clientWidth * 9) / 16) * (globalThis.devicePixelRatio || 1));
    const visible = !document.hidden && this.#inSight.has(tile) && height > 0;
    return { height: Math.min(height, MAX_PIXELS), visible };
  }

  #watch() {
    for (const tile of this.#root.querySelectorAll("[data-pid]")) {
      if (this.#watched.has(tile)) continue;
      this.#watched.add(tile);
      this.#sight.observe(tile);
      this.#sizes.observe(tile);
    }
    this.#changed();
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #sighted(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#inSight.add(target);
      else this.#inSight.delete(target);
    }
    this.#changed();
  }

  #changed() {
    this.emit("changed");
  }
}
