/**
 * How this person looks at the call: the layout, and their own picture. The others do not learn of it, and this browser remembers
 * it. The menu "View" changes it; the key L opens the menu.
 */

import { browserStorage } from "../../lib/storage.js";
import { isMirrorWanted, wantMirror } from "../../media/devices/facing.js";
import { listenForKeys } from "../call/shortcuts.js";
import { say } from "../lib/announcer.js";
import { byId, text } from "../lib/page.js";
import { setUpPopoverList } from "../lib/popover-list.js";
import { clearToasts, toast } from "../lib/toasts.js";
import { ActiveSpeaker } from "./active-speaker.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { View } from "./layout.js" */
/** @import { Stage } from "./stage.js" */

const STORAGE = Object.freeze({ layout: "layout", hidden: "own-picture-hidden" });
/** @type {readonly View[]} */
const VIEWS = Object.freeze(["grid", "speaker", "side"]);

export class StageView {
  #session;
  #stage;
  #menu = byId("view-menu", HTMLElement);
  #button = byId("view", HTMLButtonElement);
  #speaker = new ActiveSpeaker();
  #view = VIEWS.find((one) => one === browserStorage.load(STORAGE.layout)) ?? "grid";
  #hidden = browserStorage.load(STORAGE.hidden) === "yes";

  /** @param {CallSession} session @param {Stage} stage @param {AbortSignal} signal */
  constructor(session, stage, signal) {
    this.#session = session;
    this.#stage = stage;
    if (!this.#menu.dataset.ready) setUpPopoverList(this.#menu, () => this.#opener);
    this.#menu.dataset.ready = "true";
    this.#menu.addEventListener("click", ({ target }) => target instanceof Element && this.#onPress(target.closest("button")), { signal });
    stage.levels.on("level", ({ id, speaking }) => id !== session.self.pid && this.#speaker.hear(id, speaking) && this.#arrange(), { signal });
    session.on("person-added", () => this.#arrange(), { signal });
    session.on("person-removed", ({ person }) => {
      this.#speaker.forget(person.pid);
      this.#arrange();
    }, { signal });
    listenForKeys({ l: () => this.#menu.togglePopover() }, signal);
    signal.addEventListener("abort", () => this.#menu.hidePopover());
    this.#update();
  }

  /** On a narrow page the button is in the closed menu "More". */
  get #opener() {
    return this.#button.checkVisibility() ? this.#button : byId("more", HTMLButtonElement);
  }

  /** @param {HTMLButtonElement | null} button */
  #onPress(button) {
    const { view, own } = button?.dataset ?? {};
    if (view) this.#choose(/** @type {View} */ (view));
    if (own === "hidden") this.#hide(!this.#hidden);
    if (own === "mirrored") this.#mirror(!isMirrorWanted());
  }

  /** @param {View} view */
  #choose(view) {
    this.#view = view;
    browserStorage.save(STORAGE.layout, view);
    this.#update();
    say(text(`said.view.${view}`));
  }

  /** @param {boolean} hidden */
  #hide(hidden) {
    this.#hidden = hidden;
    browserStorage.save(STORAGE.hidden, hidden ? "yes" : null);
    this.#update();
    clearToasts("own-picture");
    if (hidden) toast(text("own.hidden"), { label: text("toast.show"), run: () => this.#hide(false) }, "own-picture");
    else say(text("said.own.shown"));
  }

  /** @param {boolean} mirrored */
  #mirror(mirrored) {
    wantMirror(mirrored);
    this.#update();
    say(text(mirrored ? "said.own.mirrored" : "said.own.unmirrored"));
  }

  #update() {
    for (const button of this.#menu.querySelectorAll("button")) {
      const { view, own } = button.dataset;
      button.ariaPressed = String(view ? view === this.#view : own === "hidden" ? this.#hidden : isMirrorWanted());
    }
    const tile = this.#stage.grid.tile(this.#session.self.pid);
    if (tile) tile.dataset.hidden = String(this.#hidden);
    this.#stage.mirrorSelf();
    this.#arrange();
  }

  /** Until someone has spoken, the first person is large. */
  #arrange() {
    const { grid } = this.#stage;
    const speaker = this.#speaker.current || grid.tiles[0]?.dataset.pid;
    for (const { dataset } of grid.tiles) dataset.speaker = String(dataset.self !== "true" && dataset.pid === speaker);
    grid.view = this.#view;
  }
}
