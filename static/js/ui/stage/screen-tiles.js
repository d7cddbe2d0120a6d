/** Shared screens on the stage: a large tile for each, and the button that shares the own screen. */

import { mayDo } from "../../hosts/host-controls.js";
import { canShare, ScreenShare } from "../../media/devices/screen.js";
import { say } from "../lib/announcer.js";
import { byId, find, hasText, text } from "../lib/page.js";
import { showInTitle } from "../lib/page-title.js";
import { waysOf } from "../devices/ways.js";
import { toast } from "../lib/toasts.js";
import { personMenu } from "../people/person-menu.js";
import { PictureViewer } from "./picture-viewer.js";
import { ScreenTile } from "./screen-tile.js";

/** @import { Person } from "../../call/person.js" */
/** @import { CallSession } from "../../call/session.js" */
/** @import { HostValue } from "../../hosts/host-value.js" */
/** @import { Rights } from "../../hosts/host-controls.js" */
/** @import { DeviceCause } from "../../media/devices/device-errors.js" */
/** @import { MediaOutputs } from "../../media/playback/media-outputs.js" */

export class ScreenTiles {
  #session;
  #container = byId("screens", HTMLElement);
  #button = byId("share-screen", HTMLButtonElement);
  #share = new ScreenShare();
  #outputs;
  #rights;
  /** What others share, whether it is shown or not. @type {Map<string, MediaStream>} */
  #streams = new Map();

  /**
   * @param {CallSession} session @param {MediaOutputs} outputs @param {HostValue<Rights>} rights
   * @param {AbortSignal} signal also stops sharing
   */
  constructor(session, outputs, rights, signal) {
    this.#session = session;
    this.#rights = rights;
    this.#outputs = outputs;
    session.mesh.on("peer-screen", ({ pid, stream }) => this.#onScreen(pid, stream), { signal });
    session.mesh.on("peer-removed", ({ pid }) => this.#onScreen(pid, null), { signal });
    rights.on("changed", () => this.#onRights(), { signal });
    // The own role may be another one.
    session.on("entered", () => this.#onRights(), { signal });
    session.on("person-changed", ({ person }) => this.#updatePerson(person), { signal });
    this.#share.on("changed", () => this.#onOwnScreen(), { signal });
    this.#share.on("failed", ({ cause }) => toast(screenText(cause), { label: text("problem.retry"), run: () => this.#share.start() }), { signal });
    this.#addEnlarge(new PictureViewer(signal), signal);
    this.#button.hidden = !canShare();
    this.#button.addEventListener("click", () => this.toggle(), { signal });
    for (const button of document.querySelectorAll("[data-screen=stop]")) {
      button.addEventListener("click", () => this.#share.stop(), { signal });
    }
    this.#container.addEventListener("click", (event) => this.#pin(event), { signal });
    signal.addEventListener("abort", () => {
      this.#share.end();
      this.#onOwnScreen();
      for (const video of this.#container.querySelectorAll("video")) outputs.remove(video);
      this.#container.replaceChildren();
      this.#arrange();
    });
  }

  /** A person fills the window, like a screen. @param {PictureViewer} viewer @param {AbortSignal} signal */
  #addEnlarge(viewer, signal) {
    const tileOf = (/** @type {string} */ pid) => document.querySelector(`mp-tile[data-pid="${CSS.escape(pid)}"]`);
    const run = (/** @type {string} */ pid) => {
      const tile = tileOf(pid);
      if (tile instanceof HTMLElement) viewer.open(tile);
    };
    const shown = (/** @type {Person} */ { self, camera, state, capture }) => !self && camera && !capture?.camera && state === "connected";
    personMenu.addAction({ id: "enlarge", icon: "expand", label: text("person.enlarge"), shown, run }, signal);
  }

  /** The own screen while it is shared. */
  get shared() {
    return this.#share.screen?.video ?? null;
  }

  toggle() {
    if (this.shared || this.#mayShare(this.#session.self)) this.#share.toggle();
    else toast(text("rights.screen.denied"));
  }

  /** @param {Person | undefined} person */
  #mayShare(person) {
    return person !== undefined && mayDo(this.#rights.value, "screen", person);
  }

  #onRights() {
    if (this.shared && !this.#mayShare(this.#session.self)) this.#share.stop();
    for (const pid of this.#streams.keys()) this.#showAllowed(pid);
  }

  /** @param {string} pid @param {MediaStream | null} stream */
  #onScreen(pid, stream) {
    if (stream) this.#streams.set(pid, stream);
    else this.#streams.delete(pid);
    this.#showAllowed(pid);
  }

  /** The screen of one who may not share is not shown, whatever their browser sends. @param {string} pid */
  #showAllowed(pid) {
    const stream = this.#streams.get(pid) ?? null;
    this.#showScreen(pid, this.#mayShare(this.#session.people.get(pid)) ? stream : null);
  }

  #onOwnScreen() {
    const { screen, choosing } = this.#share;
    this.#session.mesh.setScreen(screen);
    const { dataset } = this.#button;
    const sharing = screen !== null;
    if (String(sharing) !== dataset.sharing) {
      say(text(sharing ? "said.screen.own.started" : "said.screen.own.stopped"));
      showInTitle({ sharing });
    }
    dataset.sharing = String(sharing);
    this.#button.setAttribute("aria-busy", String(choosing));
    this.#button.title = (choosing ? dataset.titleCancel : screen ? dataset.titleStop : dataset.titleShare) ?? "";
    const label = choosing ? dataset.textCancel : screen ? dataset.textStop : dataset.textShare;
    find(this.#button, ".tool__label", HTMLElement).textContent = label ?? "";
    byId("sharing", HTMLElement).hidden = screen === null;
  }

  /** @param {string} pid @param {MediaStream | null} stream */
  #showScreen(pid, stream) {
    const known = this.#tile(pid);
    if (stream === null) {
      if (known) this.#outputs.remove(known.video);
      known?.remove();
    } else if (!known) {
      const tile = ScreenTile.for(pid);
      this.#container.append(tile);
      const person = this.#session.people.get(pid);
      if (person) this.#showName(person);
      this.#outputs.add(tile.video, { pid, source: "screen" });
      this.#outputs.play(tile.video, stream);
    }
    this.#arrange();
  }

  /** @param {Person} person */
  #updatePerson(person) {
    if (this.#streams.has(person.pid) && this.#mayShare(person) === (this.#tile(person.pid) === null)) this.#showAllowed(person.pid);
    this.#showName(person);
    this.#showPins();
  }

  /** @param {Event} event a click, perhaps on a pin */
  #pin({ target }) {
    const tile = target instanceof Element && target.closest(".screen__pin") ? target.closest("mp-screen") : null;
    if (!(tile instanceof ScreenTile)) return;
    tile.dataset.pinned = String(tile.dataset.pinned !== "true");
    this.#showPins();
  }

  /** Pinning needs a choice: several screens, or a screen and a pinned person. */
  #showPins() {
    const tiles = [...this.#container.querySelectorAll("mp-screen")].filter((one) => one instanceof ScreenTile);
    const choice = tiles.length > 1 || [...this.#session.people.values()].some(({ pinned }) => pinned);
    for (const { pin, dataset } of tiles) {
      const pinned = dataset.pinned === "true";
      pin.hidden = !choice && !pinned;
      pin.setAttribute("aria-pressed", String(pinned));
      const name = this.#session.people.get(dataset.pid ?? "")?.name ?? "";
      pin.title = text(pinned ? "screen.unpin" : "screen.pin", { name });
      pin.setAttribute("aria-label", text("screen.pin", { name }));
    }
  }

  /** @param {Person} person */
  #showName(person) {
    const { pid, self, capture } = person;
    if (self) byId("sharing-paused", HTMLElement).hidden = capture?.screen !== "taken";
    this.#tile(pid)?.setPerson(person);
  }

  #arrange() {
    const count = this.#container.childElementCount;
    this.#container.hidden = count === 0;
    const stage = this.#container.parentElement;
    if (stage) stage.dataset.screens = String(count);
    this.#showPins();
  }

  /** @param {string} pid @returns {ScreenTile | null} */
  #tile(pid) {
    return this.#container.querySelector(`mp-screen[data-pid="${CSS.escape(pid)}"]`);
  }
}

/** @param {DeviceCause} cause why the screen is not shared @returns {string} */
function screenText(cause) {
  const keys = [...waysOf(navigator).map((way) => `screen.${cause}.${way}`), `screen.${cause}`];
  return text(keys.find(hasText) ?? "screen.failed");
}
