/** Everything that a call offers besides the people and their pictures. It is loaded later, see `later-features.js`. */

import { LobbyHost } from "../../call/lobby-host.js";
import { recogniseDevices } from "../../call/recognition.js";
import { Chat } from "../../chat/chat.js";
import { Hands } from "../../chat/hands.js";
import { ChatPictures } from "../../chat/pictures.js";
import { Reactions } from "../../chat/reactions.js";
import { Allowance, isMetered } from "../../files/receive/allowance.js";
import { ChatPanel } from "../chat/chat-panel.js";
import { PictureDraft } from "../chat/picture-draft.js";
import { FileDraft } from "../files/file-form.js";
import { openFiles } from "../files/open-files.js";
import { mayDo } from "../../hosts/host-controls.js";
import { setUpHostTools } from "../hosts/host-tools.js";
import { LobbyAlerts } from "../lobby/lobby-alerts.js";
import { showDeviceNews } from "../people/device-news.js";
import { HostActions } from "../people/host-actions.js";
import { MuteRequest } from "../people/mute-request.js";
import { setUpRenaming } from "../people/renaming-news.js";
import { ReportDialog } from "../people/report-dialog.js";
import { Announcements } from "../call/announcements.js";
import { showFirstVisitHints } from "../call/first-visit-hints.js";
import { Leaving } from "../call/leaving.js";
import { showSigns } from "../call/signs.js";
import { TimeWarning } from "../call/time-warning.js";
import { showTurnedAway } from "../call/turned-away.js";
import { holdWakeLock } from "../call/wake-lock.js";
import { offerSmallWindow } from "../small-window/offer.js";
import { setUpVoice } from "../voice/set-up-voice.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { HostControls } from "../../hosts/host-controls.js" */
/** @import { Identity } from "../../keys/identity.js" */
/** @import { Adaptation } from "../../media/adaptation/adaptation.js" */
/** @import { MediaOutputs } from "../../media/playback/media-outputs.js" */
/** @import { DeviceControls } from "../devices/device-controls.js" */
/** @import { CallPageData } from "../lib/page.js" */
/** @import { DataSaverSwitch } from "../quality/data-saver-switch.js" */
/** @import { Wish } from "../received/ended-files.js" */
/** @import { Stage } from "../stage/stage.js" */
/** @import { TileViews } from "../stage/tile-views.js" */

/**
 * @typedef {object} FeatureOptions
 * @property {CallPageData} page @property {Identity} identity
 * @property {string | null} purpose "shared": with files from the share target @property {boolean} hideAddress use the relay only
 * @property {HostControls} controls @property {Stage} stage @property {TileViews} views @property {Adaptation} adaptation
 * @property {DeviceControls} devices @property {MediaOutputs} outputs @property {DataSaverSwitch} saver
 * @property {(wish: Wish) => void} leave ends the call on the person's wish
 */

/** @typedef {ReturnType<typeof setUpFeatures>} Features */

// For the page after the call: the server may be away by then.
import("../received/ended-files.js").catch(() => {});

// What was chosen or written and not sent outlasts a call that others end.
let fileDraft = new FileDraft();
const pictureDraft = new PictureDraft();

/** @param {CallSession} session @param {FeatureOptions} call @param {AbortSignal} signal ends with the call */
export function setUpFeatures(session, { page, identity, purpose, hideAddress, controls, stage, views, adaptation, devices, outputs, saver, leave }, signal) {
  const { exchange, files } = openFiles(session, page, fileDraft, { heardFrom: (pid) => adaptation.heardFrom(pid), hideAddress, signal });
  recogniseDevices(session, page, signal);
  showDeviceNews(session, page, signal);
  const log = new Chat(session, signal, { mayWrite: (person) => mayDo(controls.rights.value, "chat", person) });
  const allowance = new Allowance(() => saver.cap !== null || isMetered());
  const pictures = new ChatPictures({ chat: log, room: session, exchange, allowance }, signal);
  const chat = new ChatPanel(session, { chat: log, pictures, draft: pictureDraft, files }, signal);
  const hands = new Hands(session, signal);
  showSigns({ session, grid: stage.grid, hands, reactions: new Reactions(session, signal) }, signal);
  setUpHostTools(session, { controls, hands, stage }, signal);
  const lobbyHost = new LobbyHost(session, identity, signal);
  if (page.joinRuleUrl !== null) new HostActions(session, page, signal);
  new ReportDialog(session, page.reportUrl, signal);
  new MuteRequest(session, () => devices.muteForHost(), signal);
  const alerts = new LobbyAlerts(lobbyHost, { roomName: () => page.roomName, outputs, signal });
  new TimeWarning(session.socket, signal);
  new Announcements(session, signal);
  setUpRenaming(session, !page.signedIn, signal);
  showFirstVisitHints(session, signal);
  showTurnedAway(session.socket, signal);
  holdWakeLock(signal);
  setUpVoice(session, { devices, controls, outputs, chat: log }, signal);
  const leaving = new Leaving(session, files, leave, signal);
  session.on("entered", () => {
    if (purpose === "shared") void files.chooseShared();
    void offerSmallWindow({ session, stage, views, adaptation, devices, alerts }, signal);
  }, { signal, once: true });
  const discardDrafts = () => {
    chat.discardDraft();
    fileDraft = new FileDraft();
  };
  return { exchange, files, alerts, leaving, discardDrafts };
}
