/** `<mp-screen>`: the screen of the person `data-pid`; `data-pinned` like that of a tile. */

import { find, fromTemplate, text } from "../lib/page.js";
import { showTrouble } from "../people/capture-text.js";

/** @import { Person } from "../../call/person.js" */

export class ScreenTile extends HTMLElement {
  /** @param {string} pid @returns {ScreenTile} */
  static for(pid) {
    const tile = /** @type {ScreenTile} */ (document.createElement("mp-screen"));
    tile.dataset.pid = pid;
    tile.setAttribute("role", "group");
    tile.append(fromTemplate("screen-template"));
    return tile;
  }

  get video() {
    return find(this, "video", HTMLVideoElement);
  }

  get pin() {
    return find(this, ".screen__pin", HTMLButtonElement);
  }

  /** @param {Pick<Person, "name" | "self" | "capture" | "missing">} person */
  setPerson({ name, self, capture, missing }) {
    const screen = capture?.screen || (missing === "no-screen" ? "missing" : "");
    showTrouble(find(this, ".tile__trouble", HTMLElement), { name, self }, { screen });
    const label = text("screen.of", { name });
    find(this, ".tile__name", HTMLElement).textContent = label;
    this.setAttribute("aria-label", label);
    this.video.setAttribute("aria-label", label);
    find(this, "[data-screen=enlarge]", HTMLElement).ariaLabel = text("screen.enlarge", { name });
  }
}

customElements.define("mp-screen", ScreenTile);
