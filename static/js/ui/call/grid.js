/**
 * `<mp-grid>`: lays the tiles out. Two people: the other one fills the stage, oneself floats in a corner,
 * unless a shared screen has the stage. Somebody pinned is large, above a strip of the others.
 */

import { bestGrid } from "./grid-shape.js";
import { Tile } from "./tile.js";

const GAP = 12;
/** Of the height, for those who are not pinned; at least so many pixels. */
const STRIP = { share: 0.22, least: 96 };

export class Grid extends HTMLElement {
  #observer = new ResizeObserver(() => this.arrange());

  connectedCallback() {
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
  }

  /** @returns {Tile[]} in order, oneself last */
  get tiles() {
    return [...this.children].filter((child) => child instanceof Tile);
  }

  /** Adds a tile: others in the order of their coming, oneself last. @param {Tile} tile */
  addTile(tile) {
    const self = this.tiles.find((one) => one.dataset.self === "true");
    this.insertBefore(tile, self ?? null);
    this.arrange();
  }

  /** @param {string} pid */
  removeTile(pid) {
    this.tile(pid)?.remove();
    this.arrange();
  }

  /** @param {string} pid @returns {Tile | undefined} */
  tile(pid) {
    return this.tiles.find((one) => one.dataset.pid === pid);
  }

  /** Computes the sizes anew. */
  arrange() {
    const tiles = this.tiles;
    if (tiles.length === 0 || this.clientWidth === 0) return;
    const sharing = this.closest('[data-screens]:not([data-screens="0"])') !== null;
    const floating = tiles.length === 2 && !sharing;
    this.dataset.floating = String(floating);
    this.dataset.count = String(tiles.length);
    const pinned = !floating && !sharing && tiles.length > 1 && tiles.some((tile) => tile.dataset.pinned === "true");
    this.dataset.pinned = String(pinned);
    const { clientWidth: width, clientHeight: height } = this;
    const strip = pinned ? Math.max(STRIP.least, Math.round(height * STRIP.share)) : height;
    const count = floating ? 1 : pinned ? tiles.length - 1 : tiles.length;
    this.#setSize("tile", bestGrid(count, width, strip, GAP));
    if (pinned) this.#setSize("pinned", bestGrid(1, width, height - strip - GAP, GAP));
    this.style.setProperty("--gap", `${GAP}px`);
  }

  /** @param {string} what @param {{width: number, height: number}} shape pixels */
  #setSize(what, { width, height }) {
    this.style.setProperty(`--${what}-width`, `${width}px`);
    this.style.setProperty(`--${what}-height`, `${height}px`);
  }
}

customElements.define("mp-grid", Grid);
