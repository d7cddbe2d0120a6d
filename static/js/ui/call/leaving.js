/** What is asked before a stay ends: by the browser when the tab is closed or reloaded, by a dialog on Leave while files would be lost. */

import { asksBeforeLeaving, LeaveGuard } from "../../call/leave-guard.js";
import { setWorking } from "../lib/focus-keeper.js";
import { byId, find, text } from "../lib/page.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Stakes } from "../../call/leave-guard.js" */
/** @import { Wish } from "../received/ended-files.js" */
/** @import { FilePanel } from "../files/file-panel.js" */
/** @typedef {"save" | "keep" | "remove"} Choice what happens to received files */

export class Leaving {
  #session;
  #files;
  #leave;
  #dialog = byId("leave-dialog", HTMLDialogElement);

  /** @param {CallSession} session @param {FilePanel} files @param {(wish: Wish) => void} leave @param {AbortSignal} signal */
  constructor(session, files, leave, signal) {
    this.#session = session;
    this.#files = files;
    this.#leave = leave;
    const guard = new LeaveGuard(signal);
    const update = () => guard.update(this.#stakes);
    for (const event of /** @type {const} */ (["person-added", "person-changed", "person-removed"])) session.on(event, update, { signal });
    session.mesh.on("own-screen", update, { signal });
    files.on("changed", update, { signal });
    for (const button of this.#buttons) button.addEventListener("click", () => void this.#choose(button), { signal });
  }

  /** Leaves, or asks first. */
  request() {
    const stakes = this.#stakes;
    const why = asksBeforeLeaving(stakes);
    if (why === null) return this.#leave("remove");
    const lost = why === "unsaved" && stakes.inMemory > 0;
    find(this.#dialog, '[data-part="title"]', HTMLElement).textContent = text(`leave.${why}.title`);
    const { canKeep } = this.#files;
    const words = [text(lost ? "leave.lost.text" : `leave.${why}.text`), canKeep && why !== "unsaved" ? text("leave.keep") : ""];
    find(this.#dialog, '[data-part="text"]', HTMLElement).textContent = words.join(" ").trim();
    const shown = { save: why === "unsaved", keep: canKeep, remove: true };
    for (const button of this.#buttons) button.hidden = !shown[/** @type {Choice} */ (button.dataset.leave)];
    const remove = find(this.#dialog, '[data-leave="remove"]', HTMLButtonElement);
    remove.textContent = text(canKeep || stakes.unsaved > 0 ? "leave.remove" : "leave.anyway");
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  /** @param {HTMLButtonElement} button */
  async #choose(button) {
    const choice = /** @type {Choice} */ (button.dataset.leave);
    if (choice !== "save") return this.#leave(choice);
    setWorking(button, true);
    const saved = await this.#files.saveUnsaved();
    setWorking(button, false);
    // The person may have cancelled saving, or closed the dialog meanwhile.
    if (saved && this.#dialog.open) this.#leave("remove");
  }

  get #buttons() {
    return /** @type {NodeListOf<HTMLButtonElement>} */ (this.#dialog.querySelectorAll("[data-leave]"));
  }

  /** @returns {Stakes} */
  get #stakes() {
    const { people, mesh } = this.#session;
    const others = [...people.values()].filter(({ state }) => state !== "refused").length;
    return { others, sharing: mesh.sharesScreen, ...this.#files.atRisk };
  }
}
