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
    const { clientWidth, clientHeight } = tile;
    // `object-fit: cover`: the longer side decides.
    const height = Math.round(Math.max(clientHeight, (clientWidth * 9) / 16) * (globalThis.devicePixelRatio || 1));
    const visible = !document.hidden && this.#visible.has(tile) && height > 0;
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
