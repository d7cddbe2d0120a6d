/**
 * `<mp-grid>`: lays the tiles out. Two people: the other one fills the stage, oneself floats in a corner,
 * unless a shared screen has the stage.
 *
 * @module
 */

import { bestGrid } from "./grid-shape.js";
import { Tile } from "./tile.js";

const GAP = 12;

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

  /**
   * Adds a tile: others in the order of their coming, oneself last.
   *
   * @param {Tile} tile
   */
  add(tile) {
    const self = this.tiles.find((one) => one.dataset.self === "true");
    this.insertBefore(tile, self ?? null);
    this.arrange();
  }

  /** @param {string} pid */
  drop(pid) {
    this.tile(pid)?.remove();
    this.arrange();
  }

  /**
   * @param {string} pid
   * @returns {Tile | undefined}
   */
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
    const shape = bestGrid(floating ? 1 : tiles.length, this.clientWidth, this.clientHeight, GAP);
    this.style.setProperty("--tile-width", `${shape.width}px`);
    this.style.setProperty("--tile-height", `${shape.height}px`);
    this.style.setProperty("--gap", `${GAP}px`);
  }
}

customElements.define("mp-grid", Grid);
