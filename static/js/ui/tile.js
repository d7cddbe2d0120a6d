/**
 * `<mp-tile>`: one person on the stage.
 *
 * Attributes that tests and style sheets read: `data-pid`, `data-self`, `data-state` (connecting, connected, interrupted,
 * failed; self for oneself), `data-muted` and `data-camera` ("true" or "false"), `data-speaking`, `data-route` (direct, relay).
 *
 * @module
 */

import { initials } from "./names.js";
import { find, fromTemplate, text } from "./page-data.js";

/** @typedef {import("./names.js").Presence} Presence */

const STATE_SHOWN_MS = 4000;

/** Events: `play-refused` (bubbles) fires when the browser wants a gesture before it plays sound. */
export class Tile extends HTMLElement {
  #stream = new MediaStream();
  /** @type {HTMLVideoElement | null} */
  #video = null;
  /** @type {number | undefined} */
  #fade;

  /**
   * Makes the tile of a person.
   *
   * @param {string} pid
   * @param {{self?: boolean}} [options]
   * @returns {Tile}
   */
  static for(pid, { self = false } = {}) {
    const tile = /** @type {Tile} */ (document.createElement("mp-tile"));
    tile.dataset.pid = pid;
    tile.dataset.self = String(self);
    tile.append(fromTemplate("tile-template"));
    tile.#video = find(tile, "video", HTMLVideoElement);
    tile.#video.muted = self;
    tile.setState(self ? "self" : "connecting");
    return tile;
  }

  /** @returns {MediaStream} what this tile plays */
  get stream() {
    return this.#stream;
  }

  /**
   * Shows who it is and what they send.
   *
   * @param {Presence} presence
   */
  setPresence({ name, muted, camera }) {
    find(this, ".tile__name", HTMLElement).textContent = this.dataset.self === "true" ? text("you", { name }) : name;
    find(this, ".tile__avatar > span", HTMLElement).textContent = initials(name);
    this.#video?.setAttribute("aria-label", name);
    this.dataset.muted = String(muted);
    this.dataset.camera = String(camera);
  }

  /**
   * Says how the connection is, in words; "connected" fades after a moment.
   *
   * @param {string} state connecting | connected | interrupted | failed | self
   * @param {string} [route] direct | relay, once known
   */
  setState(state, route) {
    const label = find(this, ".tile__state", HTMLElement);
    clearTimeout(this.#fade);
    this.dataset.state = state;
    if (route) this.dataset.route = route;
    label.textContent = state === "self" ? "" : text(`state.${state === "connected" && route ? route : state}`);
    label.hidden = state === "self";
    if (state === "connected") this.#fade = setTimeout(() => (label.hidden = true), STATE_SHOWN_MS);
  }

  /** @param {boolean} speaking */
  setSpeaking(speaking) {
    this.dataset.speaking = String(speaking);
  }

  /**
   * Plays a track in the place of an earlier one of its kind; null takes it away.
   *
   * @param {"audio" | "video"} kind
   * @param {MediaStreamTrack | null} track
   */
  setTrack(kind, track) {
    const old = this.#stream.getTracks().filter((one) => one.kind === kind);
    if (old.length === 1 && old[0] === track) return;
    for (const one of old) this.#stream.removeTrack(one);
    if (track) this.#stream.addTrack(track);
    if (this.#video && this.#video.srcObject !== this.#stream) this.#video.srcObject = this.#stream;
    void this.play();
  }

  /** Starts playing; a refusal is told to the page, which asks for a press. */
  async play() {
    try {
      await this.#video?.play();
    } catch (error) {
      // AbortError: a newer track superseded this attempt, which then plays by itself.
      if (error instanceof DOMException && error.name === "NotAllowedError") {
        this.dispatchEvent(new CustomEvent("play-refused", { bubbles: true }));
      }
    }
  }

  /**
   * Sends the sound to a speaker.
   *
   * @param {string} deviceId empty for the system's default
   */
  async setSpeaker(deviceId) {
    await this.#video?.setSinkId?.(deviceId);
  }

  disconnectedCallback() {
    clearTimeout(this.#fade);
  }
}

customElements.define("mp-tile", Tile);
