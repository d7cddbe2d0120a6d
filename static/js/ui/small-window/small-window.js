/** The call in a small window that stays on top: the button and the setting for it, and what it shows. */

import { say } from "../lib/announcer.js";
import { byId, text } from "../lib/page.js";
import { toast } from "../lib/toasts.js";
import { ActiveSpeaker } from "../stage/active-speaker.js";
import { setUpAutomatic } from "./automatic.js";
import { CallWindow } from "./call-window.js";
import { choosePicture } from "./choice.js";
import { setUpMediaKeys } from "./media-keys.js";
import { VideoWindow } from "./video-window.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Adaptation } from "../../media/adaptation/adaptation.js" */
/** @import { DeviceControls } from "../devices/device-controls.js" */
/** @import { LobbyAlerts } from "../lobby/lobby-alerts.js" */
/** @import { Stage } from "../stage/stage.js" */
/** @import { TileViews } from "../stage/tile-views.js" */
/** @import { Picture } from "./choice.js" */

/** @typedef {{session: CallSession, stage: Stage, views: TileViews, adaptation: Adaptation, devices: DeviceControls, alerts: LobbyAlerts}} Call */

export class SmallWindow {
  #session;
  #button = byId("small-window", HTMLButtonElement);
  #screens = byId("screens", HTMLElement);
  #speaker = new ActiveSpeaker();
  #frame;
  /** It closes when the person is back in the tab. */
  #isAutomatic = false;
  /** @type {Picture} */
  #picture;

  /** @param {Call} call @param {AbortSignal} signal ends with the call */
  constructor({ session, stage, views, adaptation, devices, alerts }, signal) {
    this.#session = session;
    this.#picture = { kind: "tile", pid: session.self.pid };
    this.#frame = CallWindow.isAvailable ? new CallWindow({ session, stage, views, alerts }, signal) : new VideoWindow({ stage }, signal);
    const available = CallWindow.isAvailable || VideoWindow.isAvailable;
    this.#button.hidden = !available;
    this.#button.addEventListener("click", () => (this.#frame.isOpen ? this.#frame.close() : void this.#open(false)), { signal });
    this.#frame.on("changed", () => this.#onChanged());
    for (const event of /** @type {const} */ (["person-added", "person-changed"])) session.on(event, () => this.#choose(), { signal });
    session.on("person-removed", ({ person }) => {
      this.#speaker.forget(person.pid);
      this.#choose();
    }, { signal });
    stage.levels.on("level", ({ id, speaking }) => this.#onLevel(id, speaking), { signal });
    adaptation.on("snapshot", ({ pid, picture }) => this.#frame.showSnapshot(pid, picture), { signal });
    const screens = new MutationObserver(() => this.#choose());
    screens.observe(this.#screens, { childList: true, subtree: true, attributeFilter: ["data-pinned"] });
    document.addEventListener("visibilitychange", () => !document.hidden && this.#isAutomatic && this.#frame.close(), { signal });
    setUpMediaKeys(devices, signal);
    setUpAutomatic({ available, open: () => void this.#open(true) }, signal);
    signal.addEventListener("abort", () => {
      screens.disconnect();
      this.#button.hidden = true;
    });
    this.#choose();
  }

  /** @param {boolean} automatic the person did not ask for it just now */
  async #open(automatic) {
    if (this.#frame.isOpen) return;
    try {
      await this.#frame.open();
      this.#isAutomatic = automatic;
    } catch {
      if (!automatic) toast(text("small-window.refused"));
    }
  }

  #onChanged() {
    const { isOpen } = this.#frame;
    this.#button.setAttribute("aria-pressed", String(isOpen));
    if (!isOpen) this.#isAutomatic = false;
    say(text(isOpen ? "said.small-window.open" : "said.small-window.closed"));
  }

  /** @param {string} pid @param {boolean} speaking */
  #onLevel(pid, speaking) {
    if (pid !== this.#session.self.pid && this.#speaker.hear(pid, speaking)) this.#choose();
    if (pid === this.#picture.pid) this.#frame.setSpeaking(speaking);
  }

  #choose() {
    const shared = /** @type {HTMLElement[]} */ ([...this.#screens.children]);
    const screens = shared.map(({ dataset: { pid = "", pinned } }) => ({ pid, pinned: pinned === "true" }));
    const people = [...this.#session.people.values()];
    this.#picture = choosePicture({ screens, people, speaker: this.#speaker.current, self: this.#session.self.pid });
    this.#frame.show(this.#picture);
  }
}
