/** A call from joining to its end, with everything that it shows and offers. It is loaded while the person is still on the page before. */

import { Receipt } from "../../call/receipt.js";
import { KeyRotation } from "../../call/key-rotation.js";
import { CallSession } from "../../call/session.js";
import { HostControls } from "../../hosts/host-controls.js";
import { traffic } from "../../peer/stats/traffic.js";
import { OwnRole } from "../call/own-role.js";
import { keepDecisions } from "../hosts/kept-decisions.js";
import { applyRights } from "../hosts/rights.js";
import { text } from "../lib/page.js";
import { ReceiptView } from "../quality/receipt-view.js";
import { Stage } from "../stage/stage.js";
import { StageView } from "../stage/stage-view.js";
import { adaptMedia } from "./adapt-media.js";
import { addFeatures } from "./later-features.js";

export { featuresLoaded, loadFeatures } from "./later-features.js";

/** @import { Identity } from "../../keys/identity.js" */
/** @import { RoomSeal } from "../../keys/room-seal.js" */
/** @import { MediaOutputs } from "../../media/playback/media-outputs.js" */
/** @import { DeviceControls } from "../devices/device-controls.js" */
/** @import { CallPageData } from "../lib/page.js" */
/** @import { DataSaverSwitch } from "../quality/data-saver-switch.js" */
/** @import { Wish } from "../received/ended-files.js" */
/** @import { Features } from "./features.js" */
/** @import { FeaturesModule } from "./later-features.js" */

/**
 * @typedef {object} RunningCallOptions
 * @property {CallPageData} page @property {Identity} identity @property {RoomSeal} seal
 * @property {string} name of the person
 * @property {boolean} hideAddress use the relay only @property {boolean} filesOnly
 * @property {string | null} purpose "shared": with files from the share target
 * @property {DeviceControls} devices @property {MediaOutputs} outputs @property {DataSaverSwitch} saver
 * @property {(wish: Wish) => void} leave ends the call on the person's wish
 * @property {() => boolean} wanted false: the person no longer waits for the call
 */

/**
 * Joins first and makes the call then, while the server answers: what it sends comes in a later task, when the call listens.
 * @param {RunningCallOptions} options @returns {Promise<RunningCall | null>} null: not wanted any more
 */
export async function startCall(options) {
  const { page, identity, seal, name, hideAddress, devices } = options;
  const { socketPath, role } = page;
  const presence = { name, ...devices.presence };
  const session = new CallSession({ identity, seal, socketPath, role, presence, tracks: devices.tracks, hideAddress, nameless: text("nameless") });
  await session.start();
  if (options.wanted()) return new RunningCall(session, options);
  session.leave();
  return null;
}

export class RunningCall {
  session;
  keys;
  /** Null until they are there. @type {Features | null} */
  features = null;
  #receipt;
  #stage;
  #devices;
  #leave;
  #life = new AbortController();

  /** @param {CallSession} session that has just begun to join @param {RunningCallOptions} options */
  constructor(session, { page, identity, hideAddress, filesOnly, purpose, devices, outputs, saver, leave }) {
    const { signal } = this.#life;
    const { slug, setKeyUrl } = page;
    this.#receipt = new ReceiptView(new Receipt(session, signal), () => page.roomName, signal);
    this.keys = new KeyRotation(session, { slug, setKeyUrl });
    const stage = new Stage(session, outputs);
    const controls = new HostControls(session, signal);
    const { rights, spotlight, timer } = controls;
    const { adaptation, views } = adaptMedia(session, stage, { devices, saver, controls, signal });
    applyRights(session, rights, () => devices.muteForHost(), signal);
    new StageView(session, stage, signal);
    new OwnRole(session, signal);
    this.session = session;
    this.#stage = stage;
    this.#devices = devices;
    this.#leave = leave;
    const { mesh, socket } = session;
    Object.assign(globalThis, { meetingPoint: { mesh, socket, media: devices.media, adaptation } });
    const setUp = (/** @type {FeaturesModule} */ { setUpFeatures }) => {
      const options = { page, identity, purpose, hideAddress, controls, stage, views, adaptation, devices, outputs, saver, leave };
      this.features = setUpFeatures(session, options, signal);
      Object.assign(/** @type {any} */ (globalThis).meetingPoint, { files: this.features.exchange });
    };
    addFeatures(session, { emitters: [rights, spotlight, timer], grid: stage.grid, atOnce: filesOnly, setUp, signal });
    keepDecisions(controls, slug, signal);
    this.updateMedia(); // The devices may have changed since the session was made.
  }

  /** Aborted when the call ends. */
  get signal() {
    return this.#life.signal;
  }

  /** The own devices have changed. */
  updateMedia() {
    const { tracks, presence } = this.#devices;
    this.session.mesh.setTracks(tracks);
    void this.session.setPresence(presence);
    this.#stage.showSelf(tracks.video);
  }

  /** Leaves, or asks about files first. Until the features are there, none has come in this call, and the page after it asks about earlier ones. */
  requestLeave() {
    if (this.features) this.features.leaving.request();
    else this.#leave("ask");
  }

  /** For a page that is going away. */
  hangUp() {
    this.session.leave();
    this.#life.abort();
  }

  /** @returns {Promise<void>} when the files are closed */
  async close() {
    this.#life.abort();
    this.session.leave();
    const closed = this.features?.files.close();
    this.keys.close();
    this.#stage.close();
    await closed;
    void this.#showReceipt();
  }

  async #showReceipt() {
    if (await traffic.settle()) this.#receipt.showEnded();
  }
}
