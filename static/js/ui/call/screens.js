/** Shared screens on the stage: a large tile for each, and the button that shares one's own. */

import { Playback } from "../../media/playback/playback.js";
import { canShare, ScreenShare } from "../../media/devices/screen.js";
import { byId, find, fromTemplate, text } from "../lib/page.js";
import { toast } from "../lib/toasts.js";

/** @import { CallSession } from "../../call/session.js" */

/** `<mp-screen>`: the screen of one person; `data-pid` says whose. */
class ScreenTile extends HTMLElement {
  /** @returns {HTMLVideoElement} */
  get video() {
    return find(this, "video", HTMLVideoElement);
  }
}
customElements.define("mp-screen", ScreenTile);

export class ScreenTiles {
  #session;
  #place = byId("screens", HTMLElement);
  #button = byId("share-screen", HTMLButtonElement);
  #share = new ScreenShare();
  #playback = new Playback();

  /** @param {CallSession} session @param {AbortSignal} signal ends it, and what is shared */
  constructor(session, signal) {
    this.#session = session;
    session.mesh.on("peer-screen", ({ pid, stream }) => this.#show(pid, stream), { signal });
    session.mesh.on("peer-removed", ({ pid }) => this.#show(pid, null), { signal });
    session.on("person-changed", ({ person }) => this.#name(person), { signal });
    this.#share.on("changed", ({ screen }) => this.#changed(screen), { signal });
    this.#share.on("failed", () => toast(text("screen.failed")), { signal });
    this.#button.hidden = !canShare();
    this.#button.addEventListener("click", () => this.toggle(), { signal });
    for (const button of document.querySelectorAll("[data-screen=stop]")) {
      button.addEventListener("click", () => this.#share.stop(), { signal });
    }
    signal.addEventListener("abort", () => {
      this.#share.stop();
      this.#changed(null);
      this.#place.replaceChildren();
      this.#arrange();
    });
  }

  /** Shares, or stops. */
  toggle() {
    if (this.#share.sharing) this.#share.stop();
    else void this.#share.start();
  }

  /** @param {{video: MediaStreamTrack, audio: MediaStreamTrack | null} | null} screen */
  #changed(screen) {
    this.#session.mesh.setScreen(screen);
    const { button, label } = { button: this.#button, label: find(this.#button, ".tool__label", HTMLElement) };
    const words = screen ? button.dataset.textStop : button.dataset.textShare;
    button.dataset.sharing = String(screen !== null);
    button.title = (screen ? button.dataset.titleStop : button.dataset.titleShare) ?? "";
    label.textContent = words ?? "";
    byId("sharing", HTMLElement).hidden = screen === null;
  }

  /** @param {string} pid @param {MediaStream | null} stream */
  #show(pid, stream) {
    const known = this.#tile(pid);
    if (stream === null) known?.remove();
    else if (!known) {
      const tile = /** @type {ScreenTile} */ (document.createElement("mp-screen"));
      tile.dataset.pid = pid;
      tile.append(fromTemplate("screen-template"));
      this.#place.append(tile);
      const person = this.#session.people.get(pid);
      if (person) this.#name(person);
      void this.#playback.playStream(tile.video, stream);
    }
    this.#arrange();
  }

  /** @param {{pid: string, name: string}} person */
  #name({ pid, name }) {
    const tile = this.#tile(pid);
    if (!tile) return;
    const words = text("screen.of", { name });
    find(tile, ".tile__name", HTMLElement).textContent = words;
    tile.video.setAttribute("aria-label", words);
  }

  #arrange() {
    const count = this.#place.childElementCount;
    this.#place.hidden = count === 0;
    const stage = this.#place.parentElement;
    if (stage) stage.dataset.screens = String(count);
  }

  /** @param {string} pid @returns {ScreenTile | null} */
  #tile(pid) {
    return this.#place.querySelector(`mp-screen[data-pid="${CSS.escape(pid)}"]`);
  }
}
