/** What is asked before a stay ends: by the browser when the tab is closed or reloaded, by a dialog on Leave while files would be lost. */

import { asksBeforeLeaving, LeaveGuard } from "../../call/leave-guard.js";
import { byId, find, text } from "../lib/page.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Stakes } from "../../call/leave-guard.js" */
/** @import { FilePanel } from "../files/file-panel.js" */

export class Leaving {
  #session;
  #files;
  #leave;
  #dialog = byId("leave-dialog", HTMLDialogElement);

  /** @param {CallSession} session @param {FilePanel} files @param {() => void} leave @param {AbortSignal} signal */
  constructor(session, files, leave, signal) {
    this.#session = session;
    this.#files = files;
    this.#leave = leave;
    const guard = new LeaveGuard(signal);
    const update = () => guard.update(this.#stakes);
    for (const event of /** @type {const} */ (["person-added", "person-changed", "person-removed"])) session.on(event, update, { signal });
    session.mesh.on("own-screen", update, { signal });
    files.on("changed", update, { signal });
    find(this.#dialog, "[data-leave]", HTMLButtonElement).addEventListener("click", leave, { signal });
  }

  /** Leaves, or asks first. */
  request() {
    const why = asksBeforeLeaving(this.#stakes);
    if (why === null) return this.#leave();
    for (const part of ["title", "text"]) find(this.#dialog, `[data-part="${part}"]`, HTMLElement).textContent = text(`leave.${why}.${part}`);
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  /** @returns {Stakes} */
  get #stakes() {
    const { people, mesh } = this.#session;
    const others = [...people.values()].filter(({ state }) => state !== "refused").length;
    return { others, sharing: mesh.sharesScreen, ...this.#files.atRisk };
  }
}
