/** The pictures that go with the next message, above its field. They outlast a call that others end, as its text does. */

import { LIMITS } from "../../chat/messages.js";
import { formatOf } from "../../chat/picture-format.js";
import { safeName } from "../../files/protocol/safe-name.js";
import { byId, find, fromTemplate, text } from "../lib/page.js";
import { makeThumbnail } from "./thumbnail.js";

/** @import { ChosenPicture } from "../../chat/pictures.js" */
/** @import { SelectedFile } from "../../files/protocol/metadata.js" */

export class PictureDraft {
  #list = byId("chat-draft", HTMLElement);
  /** In the order of the list. @type {Map<ChosenPicture, HTMLElement>} */
  #chosen = new Map();
  /** Settles when what was added last is in the list. @type {Promise<unknown> | null} */
  #adding = null;

  /** Settles when all that was added is in the list; null: it is. @returns {Promise<unknown> | null} */
  get adding() {
    return this.#adding;
  }

  /** @returns {ChosenPicture[]} */
  get chosen() {
    return [...this.#chosen.keys()];
  }

  /**
   * Adds those that the chat can show, as long as there is room.
   * @param {SelectedFile[]} selected @returns {Promise<SelectedFile[]>} the others
   */
  async add(selected) {
    const adding = Promise.all([Promise.all(selected.map((one) => preparePicture(one))), this.#adding]);
    this.#adding = adding;
    const [pictures] = await adding;
    if (this.#adding === adding) this.#adding = null;
    const others = [];
    for (const [at, picture] of pictures.entries()) {
      if (picture && this.#chosen.size < LIMITS.picturesAMessage) this.#show(picture.chosen, picture.thumbnail);
      else others.push(selected[at]);
    }
    return others;
  }

  clear() {
    for (const picture of this.chosen) this.#remove(picture);
  }

  /** @param {ChosenPicture} picture @param {Blob} thumbnail */
  #show(picture, thumbnail) {
    const item = find(fromTemplate("chat-draft-template"), "li", HTMLElement);
    const name = safeName(picture.file.name);
    const image = find(item, "img", HTMLImageElement);
    image.alt = name;
    image.src = URL.createObjectURL(thumbnail);
    const button = find(item, "button", HTMLButtonElement);
    button.title = text("chat.picture.remove", { name });
    button.setAttribute("aria-label", button.title);
    button.addEventListener("click", () => this.#onRemove(picture));
    this.#chosen.set(picture, item);
    this.#list.append(item);
    this.#list.hidden = false;
    item.scrollIntoView({ block: "nearest" });
  }

  /** The focus stays in the list as long as there is one. @param {ChosenPicture} picture */
  #onRemove(picture) {
    const at = this.chosen.indexOf(picture);
    this.#remove(picture);
    const next = this.#list.querySelectorAll("button")[Math.min(at, this.#chosen.size - 1)];
    (next ?? byId("chat-text", HTMLTextAreaElement)).focus();
  }

  /** @param {ChosenPicture} picture */
  #remove(picture) {
    const item = this.#chosen.get(picture);
    URL.revokeObjectURL(item?.querySelector("img")?.src ?? "");
    item?.remove();
    this.#chosen.delete(picture);
    this.#list.hidden = this.#chosen.size === 0;
  }
}

/** @param {SelectedFile} selected @returns {Promise<{chosen: ChosenPicture, thumbnail: Blob} | null>} null: the chat cannot show it */
async function preparePicture({ file, path }) {
  if (path.length > 0 || file.size === 0 || file.size > LIMITS.pictureBytes) return null;
  try {
    const format = await formatOf(file);
    if (format === null) return null;
    const { blob, size } = await makeThumbnail(file, format);
    return { chosen: { file, format: { ...format, ...size } }, thumbnail: blob };
  } catch {
    return null;
  }
}
