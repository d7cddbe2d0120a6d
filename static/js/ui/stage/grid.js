/**
 * `<mp-grid>`: lays out the tiles. With two people the other one fills the stage and the own tile floats in a corner,
 * unless someone shares a screen. A pinned person is large, above a strip of the others.
 */

import { bestGrid } from "./grid-shape.js";
import { Tile } from "./tile.js";

const GAP = 12;
/** Height of the strip: a share of the stage, and the least in px. */
const STRIP = { share: 0.22, least: 96 };

export class Grid extends HTMLElement {
  #observer = new ResizeObserver(() => this.arrange());

  connectedCallback() {
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
  }

  /** @returns {Tile[]} in order, the own tile last */
  get tiles() {
    return [...this.children].filter((child) => child instanceof Tile);
  }

  /** @param {Tile} tile goes last, but before the own tile */
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

  /** @param {string} what @param {{width: number, height: number}} shape px */
  #setSize(what, { width, height }) {
    this.style.setProperty(`--${what}-width`, `${width}px`);
    this.style.setProperty(`--${what}-height`, `${height}px`);
  }
}

customElements.define("mp-grid", Grid);
