/**
 * `<mp-grid>`: the tiles of a call. Places them and the shared screens beside it by the shapes of their pictures, whenever the
 * stage or a picture changes its size. Attributes for style sheets and tests: `data-count`, `data-floating` on the grid;
 * `data-floating`, `data-large` and `data-fit` on what is placed, with `--covered`: px at its end that the floating tile hides.
 */

import { fitOf, ratioOf } from "./fit.js";
import { layOut, overlap } from "./layout.js";
import { Tile } from "./tile.js";

/** @import { Layout, Shown, View } from "./layout.js" */

/** Between tiles, px: on a stage narrower than `narrow`, and else. */
const GAP = { narrow: 832, small: 8, normal: 12 };

export class Grid extends HTMLElement {
  #sizes = new ResizeObserver(() => {
    this.#box = { width: this.clientWidth, height: this.clientHeight };
    this.arrange();
  });
  /** As it was at the last frame: asking at any other time makes the browser lay out the whole page at once. */
  #box = { width: 0, height: 0 };
  #screens = new MutationObserver(() => this.arrange());
  /** What the present layout was made for. */
  #placed = "";
  /** @type {View} */
  #view = "grid";
  /** Video elements fire `resize` for their pictures, as tiles do for stills; it does not bubble. */
  #onPicture = () => this.arrange();

  connectedCallback() {
    this.#sizes.observe(this);
    const stage = this.parentElement;
    for (const screens of stage?.querySelectorAll(".screens") ?? []) {
      this.#screens.observe(screens, { childList: true, subtree: true, attributeFilter: ["data-pinned"] });
    }
    stage?.addEventListener("resize", this.#onPicture, { capture: true });
  }

  disconnectedCallback() {
    this.#sizes.disconnect();
    this.#screens.disconnect();
    this.parentElement?.removeEventListener("resize", this.#onPicture, { capture: true });
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

  /** @param {View} view */
  set view(view) {
    this.#view = view;
    this.arrange();
  }

  arrange() {
    const { width, height } = this.#box;
    const tiles = this.tiles.filter(({ dataset }) => dataset.hidden !== "true");
    if (tiles.length === 0 || width === 0 || height === 0) return;
    const screens = /** @type {HTMLElement[]} */ ([...(this.parentElement?.querySelectorAll("mp-screen") ?? [])]);
    const nodes = new Map([...screens, ...tiles].map((node) => [`${node.localName} ${node.dataset.pid}`, node]));
    const shown = [...nodes].map(([id, node]) => describe(id, node));
    // Names, levels and qualities change every second; places do not.
    const asked = JSON.stringify([shown, width, height, this.#view]);
    if (asked === this.#placed && [...nodes.values()].every(({ style }) => style.width !== "")) return;
    this.#placed = asked;
    const layout = layOut(shown, { width, height }, width < GAP.narrow ? GAP.small : GAP.normal, this.#view);
    this.dataset.count = String(tiles.length);
    this.dataset.floating = String(layout.floating !== "");
    for (const one of shown) {
      const node = nodes.get(one.id);
      if (node) place(node, one, layout);
    }
  }
}

/** @param {string} id @param {HTMLElement} node @returns {Shown} */
function describe(id, node) {
  const video = node.querySelector("video");
  const still = /** @type {HTMLCanvasElement | null} */ (node.querySelector(".tile__still:not([hidden])"));
  const moving = video && { width: video.videoWidth, height: video.videoHeight };
  const ratio = ratioOf({ camera: node.dataset.camera !== "false", still, video: moving });
  const { self, pinned, speaker } = node.dataset;
  const kind = node instanceof Tile ? "person" : "screen";
  return { id, kind, ratio, self: self === "true", pinned: pinned === "true", speaker: speaker === "true" };
}

/** @param {HTMLElement} node @param {Shown} shown @param {Layout} layout */
function place(node, { id, kind, ratio }, { rects, large, floating }) {
  const rect = rects.get(id) ?? { x: 0, y: 0, width: 0, height: 0 };
  const over = id === floating ? undefined : rects.get(floating);
  node.dataset.floating = String(id === floating);
  node.dataset.large = String(large.includes(id));
  node.dataset.fit = kind === "screen" ? "contain" : fitOf(ratio, rect);
  const covered = over && overlap(rect, over) > 0 ? rect.x + rect.width - over.x : 0;
  const sizes = { left: rect.x, top: rect.y, width: rect.width, height: rect.height, "--covered": covered };
  for (const [name, value] of Object.entries(sizes)) node.style.setProperty(name, `${value}px`);
}

customElements.define("mp-grid", Grid);
