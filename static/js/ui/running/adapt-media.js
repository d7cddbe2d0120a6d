/** Connects adaptation, screen sharing and connection quality with the stage of a call. */

import { Adaptation } from "../../media/adaptation/adaptation.js";
import { COMMON_CODEC } from "../../media/adaptation/ladder.js";
import { PreparedSenders } from "../../media/encode-once/prepared-senders.js";
import { canEncodeOnce, MIN_OTHERS } from "../../media/encode-once/support.js";
import { QualityMonitor } from "../quality/quality-monitor.js";
import { CaptureWatch } from "../devices/capture-watch.js";
import { EncodeOnceSwitch } from "../quality/encode-once-switch.js";
import { ScreenTiles } from "../stage/screen-tiles.js";
import { TileViews } from "../stage/tile-views.js";

/** @import { Mesh } from "../../peer/mesh.js" */
/** @import { CallSession } from "../../call/session.js" */
/** @import { DeviceControls } from "../devices/device-controls.js" */
/** @import { DataSaverSwitch } from "../quality/data-saver-switch.js" */
/** @import { HostControls } from "../../hosts/host-controls.js" */
/** @import { Stage } from "../stage/stage.js" */

/**
 * Starts to adapt what this browser sends to what the others see.
 * @param {CallSession} session @param {Stage} stage
 * @param {{devices: DeviceControls, saver: DataSaverSwitch, controls: HostControls, signal: AbortSignal}} options @returns {{adaptation: Adaptation, views: TileViews}}
 */
export function adaptMedia(session, stage, { devices, saver, controls, signal }) {
  const screens = new ScreenTiles(session, stage.outputs, controls.rights, signal);
  const views = new TileViews(stage.grid.parentElement ?? stage.grid, signal);
  const viewOf = (/** @type {string} */ pid) => views.viewOf(pid);
  const adaptation = new Adaptation(session.mesh, viewOf, signal, () => devices.media.background.load);
  views.on("changed", () => adaptation.viewChanged());
  adaptation.on("snapshot", ({ pid, picture }) => {
    void stage.grid.tile(pid)?.showSnapshot(picture);
  });
  adaptation.setCap(saver.cap);
  saver.on("changed", () => adaptation.setCap(saver.cap), { signal });
  if (canEncodeOnce()) encodeOnce(session.mesh, adaptation, signal);
  new CaptureWatch(session, devices, { screen: () => screens.shared, signal });
  new QualityMonitor(session, adaptation, { grid: stage.grid, views: viewOf }, signal);
  return { adaptation, views };
}

/** Loads what encodes each picture once when there are several who could share it. @param {Mesh} mesh @param {Adaptation} adaptation @param {AbortSignal} signal */
function encodeOnce(mesh, adaptation, signal) {
  const choice = new EncodeOnceSwitch(signal);
  const prepared = new PreparedSenders(mesh, () => choice.wanted, signal);
  let loading = false;
  const load = async () => {
    const { backend } = prepared;
    if (backend === null || loading || mesh.peers.size < MIN_OTHERS) return;
    loading = true;
    adaptation.sharedCodec = COMMON_CODEC;
    try {
      const { EncodeOnce } = await import("../../media/encode-once/encode-once.js");
      if (!signal.aborted) adaptation.sharing = new EncodeOnce({ mesh, adaptation, backend, signal });
    } catch {
      adaptation.sharedCodec = null;
      loading = false; // The next person who comes tries again.
    }
  };
  mesh.on("peer-sending", load, { signal });
  choice.on("changed", () => {
    if (adaptation.sharing) adaptation.sharing.enabled = choice.wanted;
  }, { signal });
}
