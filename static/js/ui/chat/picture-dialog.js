/** A picture of the chat in full size: its keys lead to the others, and *Save* puts it into the downloads. */

import { Emitter } from "../../lib/emitter.js";
import { plainKey } from "../../lib/keyboard.js";
import { openDialog } from "../lib/dialog.js";
import { byId, find, part, text } from "../lib/page.js";
import { showNotice } from "../lib/announcer.js";
import { formatRecent } from "../lib/formats.js";
import { displayName } from "../people/display-name.js";
import { describePicture } from "./picture-item.js";
import { savePicture } from "./save-picture.js";
import { makeStill } from "./thumbnail.js";

/** @import { SharedPicture } from "../../chat/shared-picture.js" */

/**
 * @typedef {object} PictureDialogEvents
 * @property {{picture: SharedPicture}} shown in full size
 * @property {{picture: SharedPicture}} closed the last one
 */

/** @extends {Emitter<PictureDialogEvents>} */
export class PictureDialog extends Emitter {
  #dialog = byId("picture-dialog", HTMLDialogElement);
  #image = part(this.#dialog, "image", HTMLImageElement);
  #note = part(this.#dialog, "note");
  #play = part(this.#dialog, "play", HTMLButtonElement);
  #others;
  /** @type {SharedPicture | null} */
  #picture = null;
  #url = "";

  /** @param {() => SharedPicture[]} others all that can be shown, in their order @param {AbortSignal} signal */
  constructor(others, signal) {
    super();
    this.#others = others;
    part(this.#dialog, "previous", HTMLButtonElement).addEventListener("click", () => this.#step(-1), { signal });
    part(this.#dialog, "next", HTMLButtonElement).addEventListener("click", () => this.#step(1), { signal });
    part(this.#dialog, "save", HTMLButtonElement).addEventListener("click", () => void this.#save(), { signal });
    this.#play.addEventListener("click", () => this.#playAnimation(), { signal });
    this.#dialog.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    this.#dialog.addEventListener("close", () => this.#onClose(), { signal });
    this.#image.addEventListener("error", () => this.#url !== "" && this.#say(text("chat.picture.no-picture")), { signal });
    signal.addEventListener("abort", () => {
      this.#dialog.close();
      this.#onClose();
    });
  }

  /** @param {SharedPicture} picture that is here and has a format */
  open(picture) {
    openDialog(this.#dialog);
    this.#show(picture);
  }

  /** Its neighbours, or itself, have changed. */
  update() {
    if (this.#picture === null) return;
    const others = this.#others();
    const at = others.indexOf(this.#picture);
    const position = part(this.#dialog, "position");
    position.textContent = others.length > 1 && at !== -1 ? text("chat.picture.position", { number: at + 1, count: others.length }) : "";
    // Not `disabled`, which would lose the focus.
    part(this.#dialog, "previous", HTMLButtonElement).ariaDisabled = String(at <= 0);
    part(this.#dialog, "next", HTMLButtonElement).ariaDisabled = String(at === -1 || at === others.length - 1);
    for (const name of ["previous", "next"]) part(this.#dialog, name).hidden = others.length < 2;
  }

  /** @param {SharedPicture} picture */
  #show(picture) {
    const { blob, format, name, entry } = picture;
    if (!blob || !format) return;
    this.#picture = picture;
    this.#say("");
    const author = entry.own ? text("self") : displayName(entry.name);
    find(this.#dialog, "h2", HTMLElement).textContent = text("chat.picture.title", { author, time: formatRecent(new Date(entry.time)) });
    part(this.#dialog, "name").textContent = name;
    this.#image.alt = describePicture(picture);
    const isStill = format.moves && matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#play.hidden = !isStill;
    if (isStill) void this.#showStill(picture);
    else this.#setSource(blob.slice(0, blob.size, format.type));
    this.update();
    this.emit("shown", { picture });
  }

  /** @param {SharedPicture} picture */
  async #showStill(picture) {
    const { blob, format } = picture;
    this.#setSource(null);
    const room = { width: innerWidth * devicePixelRatio, height: innerHeight * devicePixelRatio };
    const still = blob && format && (await makeStill(blob, format, room).catch(() => null));
    if (this.#picture === picture && !this.#play.hidden) this.#setSource(still);
  }

  #playAnimation() {
    const { blob, format } = this.#picture ?? {};
    this.#play.hidden = true;
    part(this.#dialog, "save", HTMLButtonElement).focus();
    if (blob && format) this.#setSource(blob.slice(0, blob.size, format.type));
  }

  /** @param {Blob | null} blob */
  #setSource(blob) {
    URL.revokeObjectURL(this.#url);
    this.#url = blob ? URL.createObjectURL(blob) : "";
    if (blob) this.#image.src = this.#url;
    else this.#image.removeAttribute("src");
  }

  /** @param {number} by */
  #step(by) {
    const others = this.#others();
    const at = this.#picture ? others.indexOf(this.#picture) : -1;
    if (at !== -1 && others[at + by]) this.#show(others[at + by]);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const steps = /** @type {Readonly<Record<string, number>>} */ ({ ArrowLeft: -1, ArrowRight: 1 });
    const by = steps[plainKey(event)];
    if (by === undefined) return;
    event.preventDefault();
    this.#step(document.dir === "rtl" ? -by : by);
  }

  async #save() {
    if (this.#picture && (await savePicture(this.#picture))) this.#say(text("chat.picture.saved"));
  }

  /** @param {string} message empty: hides it */
  #say(message) {
    showNotice(this.#note, this.#note, message);
  }

  #onClose() {
    const picture = this.#picture;
    this.#picture = null;
    this.#setSource(null);
    if (picture) this.emit("closed", { picture });
  }
}
