/** A call from joining to its end, with everything that it shows and offers. It is loaded while the person is still on the page before. */

import { Receipt } from "../../call/receipt.js";
import { KeyRotation } from "../../call/key-rotation.js";
import { CallSession } from "../../call/session.js";
import { HostControls } from "../../hosts/host-controls.js";
import { traffic } from "../../peer/stats/traffic.js";
import { Leaving } from "../call/leaving.js";
import { PictureDraft } from "../chat/picture-draft.js";
import { FileDraft } from "../files/file-form.js";
import { openFiles } from "../files/open-files.js";
import { text } from "../lib/page.js";
import { ReceiptView } from "../quality/receipt-view.js";
import { Stage } from "../stage/stage.js";
import { adaptMedia } from "./adapt-media.js";
import { setUpFeatures } from "./features.js";

/** @import { Identity } from "../../keys/identity.js" */
/** @import { RoomSeal } from "../../keys/room-seal.js" */
/** @import { MediaOutputs } from "../../media/playback/media-outputs.js" */
/** @import { DeviceControls } from "../devices/device-controls.js" */
/** @import { CallPageData } from "../lib/page.js" */
/** @import { DataSaverSwitch } from "../quality/data-saver-switch.js" */
/** @import { Wish } from "../received/ended-files.js" */

/**
 * @typedef {object} RunningCallOptions
 * @property {CallPageData} page @property {Identity} identity @property {RoomSeal} seal
 * @property {string} name of the person
 * @property {boolean} hideAddress use the relay only
 * @property {DeviceControls} devices @property {MediaOutputs} outputs @property {DataSaverSwitch} saver
 * @property {(wish: Wish) => void} leave ends the call on the person's wish
 * @property {() => boolean} wanted false: the person no longer waits for the call
 */

// For the page after the call: the server may be away by then.
import("../received/ended-files.js").catch(() => {});

// What was chosen or written and not sent outlasts a call that others end.
let fileDraft = new FileDraft();
const pictureDraft = new PictureDraft();

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
  files;
  hands;
  keys;
  leaving;
  /** For a small window beside the page. */
  shown;
  #chat;
  #receipt;
  #stage;
  #devices;
  #life = new AbortController();

  /** @param {CallSession} session that has just begun to join @param {RunningCallOptions} options */
  constructor(session, { page, identity, hideAddress, devices, outputs, saver, leave }) {
    const { signal } = this.#life;
    const { slug, setKeyUrl } = page;
    const heardFrom = (/** @type {string} */ pid) => adaptation.heardFrom(pid);
    const { exchange, files } = openFiles(session, page, fileDraft, { heardFrom, hideAddress, signal });
    this.#receipt = new ReceiptView(new Receipt(session, signal), () => page.roomName, signal);
    this.keys = new KeyRotation(session, { slug, setKeyUrl });
    const stage = new Stage(session, outputs);
    const controls = new HostControls(session, signal);
    const { adaptation, views } = adaptMedia(session, stage, { devices, saver, controls, signal });
    const { chat, hands, alerts } = setUpFeatures(session, { page, identity, controls, stage, devices, outputs, saver, exchange, files, pictureDraft }, signal);
    this.leaving = new Leaving(session, files, leave, signal);
    this.session = session;
    this.files = files;
    this.hands = hands;
    this.shown = { session, stage, views, adaptation, devices, alerts };
    this.#chat = chat;
    this.#stage = stage;
    this.#devices = devices;
    const { mesh, socket } = session;
    Object.assign(globalThis, { meetingPoint: { mesh, socket, media: devices.media, files: exchange, adaptation } });
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

  discardDrafts() {
    this.#chat.discardDraft();
    fileDraft = new FileDraft();
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
    const closed = this.files.close();
    this.keys.close();
    this.#stage.close();
    await closed;
    await traffic.settle();
    this.#receipt.showEnded();
  }
}
