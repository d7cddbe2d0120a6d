/**
 * Lets a shared screen or a person fill the window, in fullscreen where the browser can. The whole page is what goes to fullscreen, so
 * that messages, knocks and dialogs stay visible. It ends with Escape, with its button, when a panel opens, or with what is shown.
 */

import { formatPercent } from "../lib/formats.js";
import { byId, find, fromTemplate } from "../lib/page.js";
import { plainKey } from "../../lib/keyboard.js";
import { sidePanels } from "../call/side-panel.js";
import { showToggles } from "../devices/toggles.js";
import { PictureZoom } from "./picture-zoom.js";
import { MAX_SCALE } from "./zoom.js";

const ZOOM_STEP = 1.4;
/** Of the window, for one press of an arrow key. */
const PAN_STEP = 0.15;
/** The controls disappear when nothing has been touched for so long. */
const IDLE_MS = 4_000;
/** What it covers; live regions stay. */
const COVERED = ".stage__head, .stage__sharing, .stage-note, .side-panel, .toolbar, .stage__alone, :is(mp-tile, mp-screen):not([data-filled])";
/** One's own picture is no news. */
const PICTURES = "mp-screen, mp-tile[data-self=false][data-camera=true]";

export class PictureViewer {
  #stage = byId("stage", HTMLElement);
  /** @type {HTMLElement | null} */
  #tile = null;
  /** @type {PictureZoom | null} */
  #zoom = null;
  #life = new AbortController();
  /** @type {Element | null} */
  #opener = null;
  #idleTimer = 0;
  #inFullscreen = false;
  /** @type {Readonly<Record<string, () => void>>} by `data-screen` */
  #actions = Object.freeze({
    shrink: () => this.close(),
    "zoom-in": () => this.#zoom?.zoomBy(ZOOM_STEP),
    "zoom-out": () => this.#zoom?.zoomBy(1 / ZOOM_STEP),
    fit: () => this.#zoom?.fit(),
  });
  /** @type {Readonly<Record<string, () => void>>} */
  #keys = Object.freeze({
    Escape: () => this.close(),
    "+": this.#actions["zoom-in"],
    "=": this.#actions["zoom-in"],
    "-": this.#actions["zoom-out"],
    0: this.#actions.fit,
    ArrowLeft: () => this.#zoom?.panBy(PAN_STEP, 0),
    ArrowRight: () => this.#zoom?.panBy(-PAN_STEP, 0),
    ArrowUp: () => this.#zoom?.panBy(0, PAN_STEP),
    ArrowDown: () => this.#zoom?.panBy(0, -PAN_STEP),
  });

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.#stage.addEventListener("click", ({ target }) => this.#onPress(target), { signal });
    this.#stage.addEventListener("dblclick", ({ target }) => this.#onDoubleClick(target), { signal });
    // Before the panels, which close on Escape, too.
    document.addEventListener("keydown", (event) => this.#onKey(event), { signal, capture: true });
    document.addEventListener("fullscreenchange", () => document.fullscreenElement === null && this.#inFullscreen && this.close(), { signal });
    sidePanels.on("changed", ({ open }) => open && this.close(), { signal });
    const tiles = new MutationObserver(() => this.#onTiles());
    tiles.observe(find(this.#stage, ".stage__tiles", HTMLElement), { childList: true, subtree: true, attributeFilter: ["data-camera"] });
    signal.addEventListener("abort", () => {
      tiles.disconnect();
      this.close();
    });
  }

  /** @param {HTMLElement} tile the `mp-screen` or `mp-tile` */
  open(tile) {
    if (this.#tile !== null || !tile.matches(PICTURES)) return;
    this.#tile = tile;
    this.#opener = document.activeElement;
    this.#life = new AbortController();
    tile.dataset.filled = "true";
    tile.append(fromTemplate("viewer-template"));
    find(tile, ".screen__controls", HTMLElement).ariaLabel = find(tile, "video", HTMLVideoElement).ariaLabel;
    showToggles(tile);
    this.#zoom = new PictureZoom(tile, find(tile, "video", HTMLVideoElement), this.#life.signal);
    this.#zoom.on("changed", ({ scale }) => this.#showScale(tile, scale));
    this.#showScale(tile, 1);
    this.#coverOthers(true);
    for (const type of ["pointermove", "pointerdown", "keydown", "focusin"]) {
      tile.addEventListener(type, () => this.#wake(tile), { signal: this.#life.signal });
    }
    this.#wake(tile);
    find(tile, "[data-screen=shrink]", HTMLButtonElement).focus();
    void this.#enterFullscreen();
  }

  close() {
    const tile = this.#tile;
    if (tile === null) return;
    const focused = document.activeElement === document.body || tile.contains(document.activeElement) || !tile.isConnected;
    this.#tile = null;
    this.#zoom = null;
    this.#life.abort();
    clearTimeout(this.#idleTimer);
    delete tile.dataset.filled;
    delete tile.dataset.idle;
    find(tile, ".screen__controls", HTMLElement).remove();
    this.#coverOthers(false);
    if (this.#inFullscreen && document.fullscreenElement !== null) void document.exitFullscreen().catch(() => {});
    this.#inFullscreen = false;
    const places = [this.#opener, tile.querySelector("[data-screen=enlarge]"), ...this.#stage.querySelectorAll(".toolbar .tool")];
    const place = places.find((one) => one instanceof HTMLElement && one !== document.body && one.checkVisibility());
    if (focused && place instanceof HTMLElement) place.focus();
  }

  /** What is shown may have gone, and others may have come. */
  #onTiles() {
    if (this.#tile === null) return;
    if (this.#tile.isConnected && this.#tile.matches(PICTURES)) this.#coverOthers(true);
    else this.close();
  }

  /** @param {EventTarget | null} target */
  #onPress(target) {
    const button = target instanceof Element ? target.closest(":is(mp-screen, mp-tile) [data-screen]") : null;
    const tile = button?.closest("mp-screen, mp-tile");
    if (!(button instanceof HTMLElement) || !(tile instanceof HTMLElement)) return;
    if (button.dataset.screen === "enlarge") this.open(tile);
    else this.#actions[button.dataset.screen ?? ""]?.();
  }

  /** @param {EventTarget | null} target */
  #onDoubleClick(target) {
    const tile = target instanceof Element && !target.closest("button") ? target.closest(PICTURES) : null;
    if (tile instanceof HTMLElement) this.open(tile);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (this.#tile === null || document.querySelector("dialog[open], :popover-open")) return;
    // Also for the keys of the microphone and the camera: their buttons must be seen.
    this.#wake(this.#tile);
    const action = this.#keys[plainKey(event)];
    if (!action) return;
    event.preventDefault();
    action();
  }

  /** @param {HTMLElement} tile @param {number} scale */
  #showScale(tile, scale) {
    const label = formatPercent(scale);
    find(tile, ".screen__scale", HTMLElement).textContent = label;
    const news = find(tile, "output", HTMLOutputElement);
    if (scale !== 1 || news.textContent !== "") news.textContent = label;
    // Not `disabled`, which would lose the focus.
    find(tile, "[data-screen=zoom-out]", HTMLElement).ariaDisabled = String(scale <= 1);
    find(tile, "[data-screen=zoom-in]", HTMLElement).ariaDisabled = String(scale >= MAX_SCALE);
  }

  /** @param {HTMLElement} tile */
  #wake(tile) {
    tile.dataset.idle = "false";
    clearTimeout(this.#idleTimer);
    const rest = () => tile.querySelector(":focus-visible") === null && (tile.dataset.idle = "true");
    this.#idleTimer = Number(setTimeout(rest, IDLE_MS));
  }

  /** Keyboards and screen readers must not reach what cannot be seen. @param {boolean} covered */
  #coverOthers(covered) {
    for (const one of /** @type {NodeListOf<HTMLElement>} */ (this.#stage.querySelectorAll(COVERED))) one.inert = covered;
  }

  async #enterFullscreen() {
    if (document.fullscreenElement !== null) return;
    try {
      await document.documentElement.requestFullscreen({ navigationUI: "hide" });
    } catch {
      return; // Not possible, as on an iPhone: the window must do.
    }
    this.#inFullscreen = this.#tile !== null;
    if (this.#tile === null) await document.exitFullscreen().catch(() => {});
  }
}
