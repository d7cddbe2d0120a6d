/**
 * A window that stays on top of all others (Document Picture-in-Picture), with one picture of the call, the controls that are needed
 * most, and who knocks. The page keeps its own tiles: the window has one of the same kind, which shows the same stream.
 */

import { Emitter } from "../../lib/emitter.js";
import { shortcutLetter } from "../../lib/keyboard.js";
import { sidePanels } from "../call/side-panel.js";
import { addAnnouncer, speakBesidePage } from "../lib/announcer.js";
import { keepFocus } from "../lib/focus-keeper.js";
import { byId, find } from "../lib/page.js";
import { fitOf } from "../stage/fit.js";
import { ScreenTile } from "../stage/screen-tile.js";
import { shownHeight } from "../stage/tile-views.js";
import { Tile } from "../stage/tile.js";
import { listenForPushIn } from "../voice/push-keys.js";
import { twinOf } from "./twin-button.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { LobbyAlerts } from "../lobby/lobby-alerts.js" */
/** @import { Stage } from "../stage/stage.js" */
/** @import { TileViews } from "../stage/tile-views.js" */
/** @import { Picture } from "./choice.js" */
/** @typedef {{requestWindow: (size: {width: number, height: number}) => Promise<Window & typeof globalThis>}} WindowMaker */

/** Until the person gives it another; the browser remembers that. */
const SIZE = Object.freeze({ width: 384, height: 280 });
const BUTTONS = ["[data-toggle=microphone]", "[data-toggle=camera]", "#raise-hand", "[aria-controls=chat]", "[data-action=leave]"];

/** @returns {WindowMaker | undefined} */
function windowMaker() {
  return /** @type {{documentPictureInPicture?: WindowMaker}} */ (globalThis).documentPictureInPicture;
}

/** @typedef {object} CallWindowEvents @property {void} changed `isOpen` has changed */

/** @extends {Emitter<CallWindowEvents>} */
export class CallWindow extends Emitter {
  #session;
  #stage;
  #views;
  #alerts;
  #signal;
  /** @type {Window & typeof globalThis | null} */
  #window = null;
  #life = new AbortController();
  /** @type {Picture | null} */
  #picture = null;
  /** @type {Tile | ScreenTile | null} */
  #tile = null;
  /** @type {HTMLElement} */
  #place = document.createElement("div");

  static get isAvailable() {
    return windowMaker() !== undefined;
  }

  /** @param {{session: CallSession, stage: Stage, views: TileViews, alerts: LobbyAlerts}} call @param {AbortSignal} signal closes the window */
  constructor({ session, stage, views, alerts }, signal) {
    super();
    this.#session = session;
    this.#stage = stage;
    this.#views = views;
    this.#alerts = alerts;
    this.#signal = signal;
    session.on("person-changed", ({ person }) => person.pid === this.#picture?.pid && this.#update(), { signal });
    session.on("stream", () => this.#play(), { signal });
    signal.addEventListener("abort", () => this.close());
  }

  get isOpen() {
    return this.#window !== null;
  }

  /** @returns {Promise<void>} @throws {DOMException} the browser refuses */
  async open() {
    const opened = await windowMaker()?.requestWindow(SIZE);
    if (opened === undefined || this.#signal.aborted) return opened?.close();
    this.#onClosed();
    this.#window = opened;
    this.#life = new AbortController();
    const { signal } = this.#life;
    opened.addEventListener("pagehide", () => this.#window === opened && this.#onClosed(), { signal });
    opened.addEventListener("resize", () => this.#measure(), { signal });
    listenForPushIn(opened, signal);
    this.#furnish(opened.document, signal);
    this.#showPicture();
    this.emit("changed");
  }

  close() {
    const closing = this.#window;
    this.#onClosed();
    closing?.close();
  }

  /** @param {Picture} picture */
  show(picture) {
    if (picture.pid === this.#picture?.pid && picture.kind === this.#picture.kind) return;
    this.#picture = picture;
    if (this.#window) this.#showPicture();
  }

  /** @param {boolean} speaking of who is shown */
  setSpeaking(speaking) {
    if (this.#tile instanceof Tile) this.#tile.setSpeaking(speaking);
  }

  /** @param {string} pid @param {Blob} snapshot shown in place of video for a few seconds */
  showSnapshot(pid, snapshot) {
    if (this.#tile instanceof Tile && this.#tile.dataset.pid === pid) void this.#tile.showSnapshot(snapshot);
  }

  /** The sheets are those of the page, and one more. @param {Document} page of the window @param {AbortSignal} signal */
  #furnish(page, signal) {
    const { lang, dir } = document.documentElement;
    Object.assign(page.documentElement, { lang, dir });
    page.title = byId("stage-title", HTMLElement).innerText;
    const linked = [...document.styleSheets].map(({ href }) => href).filter((href) => href !== null);
    for (const href of [...linked, byId("small-window-automatic", HTMLElement).dataset.sheet ?? ""]) {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
      link.addEventListener("load", () => this.#measure(), { signal });
      page.head.append(link);
    }
    const stage = byId("stage", HTMLElement);
    const call = shell("section", "stage small-window", stage.ariaLabel);
    const heading = shell("h1", "visually-hidden", null);
    heading.textContent = page.title;
    heading.tabIndex = -1;
    this.#place = shell("div", "stage__tiles", null);
    const bar = find(stage, ".toolbar", HTMLElement);
    const tools = shell("div", "toolbar", bar.ariaLabel);
    tools.setAttribute("role", "group");
    tools.append(...this.#twins(stage, page, signal));
    call.append(heading, this.#place, tools);
    const knocks = /** @type {HTMLElement} */ (byId("knocks", HTMLElement).cloneNode(false));
    knocks.removeAttribute("id");
    page.body.className = document.body.className;
    page.body.append(call, knocks);
    addAnnouncer(page.body);
    speakBesidePage(page.body);
    keepFocus(page, signal);
    this.#alerts.showCardsIn(knocks, signal);
    find(tools, "button", HTMLButtonElement).focus();
  }

  /** @param {HTMLElement} stage @param {Document} page @param {AbortSignal} signal @returns {HTMLButtonElement[]} */
  #twins(stage, page, signal) {
    const twins = BUTTONS.map((selector) => {
      const button = find(stage, `.tool${selector}`, HTMLButtonElement);
      const twin = twinOf(button, signal);
      twin.addEventListener("click", () => press(button), { signal });
      return twin;
    });
    const onKey = (/** @type {KeyboardEvent} */ event) => {
      const letter = shortcutLetter(event);
      const meant = twins.find((twin) => letter !== "" && twin.getAttribute("aria-keyshortcuts")?.toLowerCase() === letter);
      if (!meant) return;
      event.preventDefault();
      meant.click();
    };
    page.addEventListener("keydown", onKey, { signal });
    return twins;
  }

  #showPicture() {
    this.#removeTile();
    if (!this.#picture) return;
    const { kind, pid } = this.#picture;
    const tile = kind === "screen" ? ScreenTile.for(pid) : Tile.for(pid, { self: pid === this.#session.self.pid });
    tile.dataset.mirrored = this.#stage.grid.tile(pid)?.dataset.mirrored ?? "false";
    this.#tile = tile;
    this.#place.append(tile);
    tile.addEventListener("resize", () => this.#measure(), { capture: true, signal: this.#life.signal });
    this.#stage.outputs.add(tile.video, { pid, silent: true, source: kind === "screen" ? "screen" : "camera" });
    this.#update();
    this.#play();
  }

  #update() {
    const person = this.#session.everyone.find(({ pid }) => pid === this.#picture?.pid);
    if (!this.#tile || !person) return;
    this.#tile.setPerson(person);
    this.#measure();
  }

  /** The stream is that of the same picture on the page. */
  #play() {
    if (!this.#tile) return;
    const { localName, dataset } = this.#tile;
    const same = this.#stage.grid.parentElement?.querySelector(`${localName}[data-pid="${CSS.escape(dataset.pid ?? "")}"] video`);
    const { srcObject } = /** @type {HTMLVideoElement} */ (same ?? this.#tile.video);
    if (srcObject instanceof MediaStream) this.#stage.outputs.play(this.#tile.video, srcObject);
  }

  /** For the sender of the picture, and for how it fits. */
  #measure() {
    if (!this.#window || !this.#tile || !this.#picture) return;
    const { video, clientWidth: width, clientHeight: height } = this.#tile;
    const picture = { width: video.videoWidth, height: video.videoHeight };
    const ratio = picture.height > 0 ? picture.width / picture.height : 0;
    const fit = this.#picture.kind === "screen" ? "contain" : fitOf(ratio, { width, height });
    this.#tile.dataset.fit = fit;
    const shown = shownHeight({ width, height }, picture, fit === "contain") * this.#window.devicePixelRatio;
    this.#views.showOutside({ ...this.#picture, height: Math.round(shown) });
  }

  #removeTile() {
    if (this.#tile) this.#stage.outputs.remove(this.#tile.video);
    this.#tile?.remove();
    this.#tile = null;
  }

  #onClosed() {
    if (!this.#window) return;
    this.#window = null;
    this.#life.abort();
    this.#removeTile();
    this.#views.showOutside(null);
    speakBesidePage(null);
    this.emit("changed");
  }
}

/** @param {string} name @param {string} className @param {string | null} label */
function shell(name, className, label) {
  const element = document.createElement(name);
  element.className = className;
  element.ariaLabel = label;
  return element;
}

/** What the press opens is on the page: the chat, or a question before leaving. @param {HTMLButtonElement} button of the page */
function press(button) {
  const chat = button.getAttribute("aria-controls") === "chat";
  if (chat) sidePanels.open("chat");
  else button.click();
  if (chat || document.querySelector("dialog:modal")) globalThis.focus();
}
