/** The choice of what is behind the person, in each list of devices, and what goes on with it, there and on the preview. */

import { canCover } from "../../media/devices/background.js";
import { find, text } from "../lib/page.js";

/** @import { Background, BackgroundChoice } from "../../media/devices/background.js" */

/** What the person has to know while they look at the preview. @type {readonly string[]} */
const ON_PREVIEW = ["hidden", "failed"];

/** @param {Background} background @param {(message: string) => void} announce says during a call that the camera is not sent */
export function setUpBackground(background, announce) {
  const fields = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-background]"));
  const notes = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-background-note]"));
  let shown = "";

  const show = () => {
    const { choice, state } = background;
    if (choice === "picture") void import("./background-picture.js").then(({ showPictures }) => showPictures(background, fields)).catch(() => {});
    const key = canCover() ? state : "unsupported";
    if (shown === `${choice} ${key}`) return;
    shown = `${choice} ${key}`;
    const message = key === "off" ? "" : text(`background.${key}`);
    for (const field of fields) {
      find(field, "select", HTMLSelectElement).value = choice;
      find(field, ".background__picture", HTMLElement).hidden = choice !== "picture";
      find(field, ".field__help", HTMLElement).textContent = message;
    }
    for (const note of notes) {
      note.hidden = !ON_PREVIEW.includes(key);
      note.textContent = message;
    }
    if (key === "failed") announce(message);
  };
  for (const [index, field] of fields.entries()) {
    const select = find(field, "select", HTMLSelectElement);
    const help = find(field, ".field__help", HTMLElement);
    select.id = `background-${index}`;
    help.id = `${select.id}-help`;
    find(field, "label", HTMLLabelElement).htmlFor = select.id;
    select.setAttribute("aria-describedby", help.id);
    select.disabled = !canCover();
    select.addEventListener("change", () => background.choose(/** @type {BackgroundChoice} */ (select.value)));
  }
  background.on("state", show);
  show();
}
