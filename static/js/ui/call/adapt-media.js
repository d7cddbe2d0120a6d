/**
 * Ties what adapts media, and shared screens, to the stage of a call.
 *
 * @module
 */

import { Adaptation } from "../../media/adaptation/adaptation.js";
import { Health } from "../quality/quality-monitor.js";
import { MicrophoneWatch } from "../devices/microphone-notice.js";
import { Screens } from "./screens.js";
import { TileViews } from "./tile-views.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { DeviceDesk } from "../devices/device-controls.js" */
/** @import { SaverSwitch } from "../quality/data-saver-switch.js" */
/** @import { Stage } from "./stage.js" */

/**
 * Begins to adapt what is sent to what the others see.
 *
 * @param {CallSession} session
 * @param {Stage} stage
 * @param {object} options
 * @param {DeviceDesk} options.desk
 * @param {SaverSwitch} options.saver
 * @param {AbortSignal} options.signal ends it
 * @returns {Adaptation}
 */
export function adaptMedia(session, stage, { desk, saver, signal }) {
  new Screens(session, signal);
  const views = new TileViews(stage.grid.parentElement ?? stage.grid, signal);
  const adaptation = new Adaptation(session.mesh, (pid) => views.of(pid), signal);
  views.on("changed", () => adaptation.viewChanged());
  adaptation.on("still", ({ pid, picture }) => {
    void stage.grid.tile(pid)?.showStill(picture);
  });
  adaptation.setCap(saver.cap);
  saver.on("changed", () => adaptation.setCap(saver.cap), { signal });
  new MicrophoneWatch(desk, session.mesh, signal);
  new Health(session, adaptation, stage.grid, signal);
  return adaptation;
}
