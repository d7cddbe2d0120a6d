/** One picture of a message: small, on its way, or waiting for a press. */

import { Emitter } from "../../lib/emitter.js";
import { formatRecent, formatSize } from "../lib/formats.js";
import { find, fromTemplate, text } from "../lib/page.js";
import { displayName } from "../people/display-name.js";
import { makeThumbnail, thumbnailBox } from "./thumbnail.js";

/** @import { SharedPicture } from "../../chat/shared-picture.js" */
/** @import { Size } from "./thumbnail.js" */
/** @typedef {"open" | "load" | "cancel" | "save"} PictureAction */

/**
 * @typedef {object} PictureItemEvents
 * @property {{picture: SharedPicture, action: PictureAction}} action a button was pressed
 */

/** @extends {Emitter<PictureItemEvents>} */
export class PictureItem extends Emitter {
  root;
  picture;
  #image;
  #nameOf;
  /** The thumbnail; empty: it has not been drawn. */
  #url = "";
  #isDrawing = false;
  /** No browser can decode it. */
  #isBroken = false;

  /** @param {SharedPicture} picture @param {(pid: string) => string | undefined} nameOf people in the call */
  constructor(picture, nameOf) {
    super();
    this.picture = picture;
    this.#nameOf = nameOf;
    this.root = find(fromTemplate("chat-picture-template"), ".chat-picture", HTMLElement);
    this.#image = find(this.root, "img", HTMLImageElement);
    for (const button of this.#buttons) {
      button.addEventListener("click", () => this.emit("action", { picture, action: /** @type {PictureAction} */ (button.dataset.picture) }));
    }
    this.#fit(picture.stated);
    this.update();
  }

  /** Frees the thumbnail. */
  close() {
    URL.revokeObjectURL(this.#url);
    this.#url = "";
    this.root.remove();
  }

  focus() {
    find(this.root, "[data-picture=open]", HTMLButtonElement).focus();
  }

  update() {
    const { picture, root } = this;
    const { state, own, blob, format } = picture;
    if (blob && format && this.#url === "" && !this.#isBroken) void this.#draw();
    const isShown = this.#url !== "";
    root.dataset.state = state;
    root.dataset.shown = String(isShown);
    const open = find(root, "[data-picture=open]", HTMLButtonElement);
    open.hidden = !isShown;
    open.disabled = blob === null && !picture.canLoad;
    this.#image.alt = describePicture(picture);
    find(root, ".chat-picture__moves", HTMLElement).hidden = !isShown || format?.moves !== true;
    const what = find(root, ".chat-picture__what", HTMLElement);
    what.hidden = isShown;
    what.textContent = text("chat.picture.what", { size: formatSize(picture.stated.size) });
    what.title = picture.name;
    this.updateProgress();
    const line = find(root, ".chat-picture__state", HTMLElement);
    const words = this.#stateText();
    line.hidden = words === "";
    if (line.textContent !== words) line.textContent = words;
    const actions = this.#actions();
    for (const button of this.#buttons) if (button !== open) button.hidden = !actions.includes(/** @type {PictureAction} */ (button.dataset.picture));
    const load = find(root, "[data-picture=load]", HTMLButtonElement);
    load.textContent = text(state === "failed" || isShown ? "chat.picture.load-again" : "chat.picture.load");
    load.setAttribute("aria-label", text("chat.picture.load.label", { action: load.textContent, name: picture.name }));
    root.dataset.own = String(own);
  }

  /** Call it about twice a second. */
  updateProgress() {
    const { state, isBeingSent, progress } = this.picture;
    const bar = find(this.root, "progress", HTMLProgressElement);
    bar.hidden = state !== "loading" && !isBeingSent;
    if (bar.hidden) return;
    bar.value = progress;
    bar.setAttribute("aria-label", text(isBeingSent ? "chat.picture.sending" : "chat.picture.loading", { name: this.picture.name }));
  }

  get #buttons() {
    return /** @type {NodeListOf<HTMLButtonElement>} */ (this.root.querySelectorAll("[data-picture]"));
  }

  async #draw() {
    const { blob, format } = this.picture;
    if (this.#isDrawing || !blob || !format) return;
    this.#isDrawing = true;
    const drawn = await makeThumbnail(blob, format).catch(() => null);
    this.#isDrawing = false;
    if (!this.root.isConnected) return;
    if (drawn) {
      this.#fit(drawn.size);
      this.#url = URL.createObjectURL(drawn.blob);
      this.#image.src = this.#url;
    }
    this.#isBroken = drawn === null;
    this.update();
  }

  /** @param {Size} size */
  #fit(size) {
    const { width, height, isTiny } = thumbnailBox(size);
    Object.assign(this.#image, { width, height });
    this.root.style.setProperty("--width", `${width}px`);
    this.root.style.setProperty("--height", `${height}px`);
    this.root.dataset.tiny = String(isTiny);
  }

  get #cannotBeShown() {
    const { blob, format } = this.picture;
    return blob !== null && (format === null || this.#isBroken);
  }

  #stateText() {
    const { own, state, missing, isBeingSent, canLoad } = this.picture;
    if (own) return state === "failed" ? text("chat.picture.unreadable") : isBeingSent ? "" : this.#missingText([...missing.keys()]);
    if (this.#cannotBeShown) return text("chat.picture.no-picture");
    if (state === "failed") return text(canLoad ? "chat.picture.failed" : "chat.picture.gone");
    return state === "held" && !canLoad ? text("chat.picture.gone") : "";
  }

  /** @param {string[]} pids */
  #missingText(pids) {
    const names = pids.map(this.#nameOf).filter((one) => one !== undefined);
    if (names.length > 1) return text("chat.picture.missing.many", { count: names.length });
    return names.length === 1 ? text("chat.picture.missing.one", { name: names[0] }) : "";
  }

  /** @returns {PictureAction[]} */
  #actions() {
    const { own, state, canLoad } = this.picture;
    if (this.#cannotBeShown) return own ? [] : ["save"];
    if (canLoad) return ["load"];
    return state === "loading" ? ["cancel"] : [];
  }
}

/** Says whose picture it is, from when, and its name. @param {SharedPicture} picture @returns {string} */
export function describePicture({ name, entry: { own, name: author, time } }) {
  const at = formatRecent(new Date(time));
  return own ? text("chat.picture.alt.own", { time: at, name }) : text("chat.picture.alt", { author: displayName(author), time: at, name });
}
