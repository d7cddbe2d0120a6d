/**
 * Ties what adapts media, and shared screens, to the stage of a call.
 *
 * @module
 */

import { Adaptation } from "../media/adaptation.js";
import { Health } from "./health.js";
import { Screens } from "./screens.js";
import { TileViews } from "./tile-views.js";

/**
 * Begins to adapt what is sent to what the others see.
 *
 * @param {import("../pages/call-session.js").CallSession} session
 * @param {import("./stage.js").Stage} stage
 * @param {AbortSignal} signal ends it
 * @returns {Adaptation}
 */
export function adaptMedia(session, stage, signal) {
  new Screens(session, signal);
  const views = new TileViews(stage.grid.parentElement ?? stage.grid, signal);
  const adaptation = new Adaptation(session.mesh, (pid) => views.of(pid), signal);
  views.addEventListener("changed", () => adaptation.viewChanged());
  adaptation.addEventListener("still", (event) => {
    const { pid, picture } = /** @type {CustomEvent} */ (event).detail;
    void stage.grid.tile(pid)?.showStill(picture);
  });
  new Health(session, adaptation, stage.grid, signal);
  return adaptation;
}
