/**
 * `<mp-tile>`: one person on the stage. Attributes for style sheets and tests: `data-pid`, `data-self`,
 * `data-state` (connecting, connected, interrupted, failed, refused, self), `data-late` (why connecting takes long: answer,
 * relay), `data-muted`, `data-camera`, `data-speaking`, `data-route` (direct, relay), `data-hand` (turn, from 1), `data-pinned`,
 * `data-muted-locally`, `data-hidden` and `data-speaker` (see stage-view.js), `data-trouble` (what the camera, or else the microphone lacks: see media/devices/capture-monitor.js). The
 * grid adds those of the place, see grid.js.
 */

import { showColour } from "../people/colours.js";
import { initials } from "../people/names.js";
import { tileLabel } from "./tile-label.js";
import { find, fromTemplate, text } from "../lib/page.js";
import { showTurn, stateText } from "../people/people-list.js";
import { showTrouble } from "../people/capture-text.js";
import { personMenu } from "../people/person-menu.js";
import { showQuality } from "../quality/quality-mark.js";
import { showTrust } from "../people/trust.js";

/** @import { Person, Presence } from "../../call/person.js" */

/** Three snapshots may be lost. */
const SNAPSHOT_SHOWN_MS = 12_000;
/** The duration of the animation of `.tile__float`. */
const FLOAT_MS = 3_000;
const MAX_FLOATS = 8;

export class Tile extends HTMLElement {
  /** @type {number | undefined} */
  #snapshotFade;

  /** @param {string} pid @param {{self?: boolean}} [options] @returns {Tile} */
  static for(pid, { self = false } = {}) {
    const tile = /** @type {Tile} */ (document.createElement("mp-tile"));
    tile.setAttribute("role", "listitem");
    tile.dataset.pid = pid;
    tile.dataset.self = String(self);
    tile.append(fromTemplate("tile-template"));
    tile.setState(self ? "self" : "connecting");
    return tile;
  }

  get video() {
    return find(this, "video", HTMLVideoElement);
  }

  /** @param {Presence & Pick<Person, "capture">} presence */
  setPresence({ name, muted, camera, capture }) {
    const label = find(this, ".tile__name", HTMLElement);
    label.textContent = this.dataset.self === "true" ? text("self") : name;
    label.title = name;
    find(this, ".tile__avatar > span", HTMLElement).textContent = initials(name);
    this.video.setAttribute("aria-label", name);
    this.dataset.muted = String(muted);
    // An interrupted camera looks like one that is off: the frozen face would only mislead.
    this.dataset.camera = String(camera && !capture?.camera);
  }

  /**
   * Shows the state of the connection, unless all is well.
   * @param {string} state see `data-state` @param {string} [route] direct or relay, once known
   */
  setState(state, route) {
    if (state === this.dataset.state && route === this.dataset.route) return;
    const label = find(this, ".tile__state", HTMLElement);
    this.dataset.state = state;
    if (route) this.dataset.route = route;
    label.hidden = state === "self" || state === "connected";
  }

  /** Shows a picture until the video moves again or no new picture arrives for a while. @param {Blob} picture */
  async showSnapshot(picture) {
    const bitmap = await createImageBitmap(picture).catch(() => null);
    if (bitmap === null) return;
    const canvas = find(this, ".tile__still", HTMLCanvasElement);
    Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
    bitmap.close();
    const show = (/** @type {boolean} */ shown) => {
      canvas.hidden = !shown;
      canvas.dispatchEvent(new Event("resize"));
    };
    show(true);
    clearTimeout(this.#snapshotFade);
    this.#snapshotFade = setTimeout(show, SNAPSHOT_SHOWN_MS, false);
    this.video.requestVideoFrameCallback?.(() => show(false));
  }

  /** @param {Person} person */
  setPerson(person) {
    const { state, route, late = "" } = person;
    this.setPresence(person);
    showColour(find(this, ".tile__avatar > span", HTMLElement), person);
    this.setAttribute("aria-label", tileLabel(person));
    this.setState(state, route);
    this.dataset.late = late;
    const { camera = "", microphone = "" } = person.capture ?? {};
    this.dataset.trouble = camera || microphone;
    showTrouble(find(this, ".tile__trouble", HTMLElement), person, { camera, microphone });
    this.dataset.pinned = String(person.pinned === true);
    this.dataset.mutedLocally = String(person.mutedLocally === true);
    showTurn(this, ".tile", person);
    personMenu.updateButton(find(this, ".person-more", HTMLButtonElement), person);
    find(this, ".tile__state > span", HTMLElement).textContent = stateText(person);
    find(this, ".tile__test", HTMLElement).hidden = late === "" && state !== "failed";
    showTrust(find(this, ".trust-button", HTMLButtonElement), person);
    showQuality(find(this, ".quality", HTMLButtonElement), person);
  }

  /** @param {boolean} speaking */
  setSpeaking(speaking) {
    this.dataset.speaking = String(speaking);
  }

  /** @param {string} glyph */
  floatGlyph(glyph) {
    const container = find(this, ".tile__floats", HTMLElement);
    if (container.childElementCount >= MAX_FLOATS) return;
    const picture = document.createElement("span");
    picture.className = "tile__float";
    picture.textContent = glyph;
    picture.style.setProperty("--from", `${Math.round(20 + Math.random() * 60)}%`);
    container.append(picture);
    // Not on `animationend`: with reduced motion there is no animation, and the picture stays as long.
    setTimeout(() => picture.remove(), FLOAT_MS);
  }

  disconnectedCallback() {
    clearTimeout(this.#snapshotFade);
  }
}

customElements.define("mp-tile", Tile);
