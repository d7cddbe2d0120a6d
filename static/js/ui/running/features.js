/** Everything that a call offers besides the people and their pictures. */

import { LobbyHost } from "../../call/lobby-host.js";
import { recogniseDevices } from "../../call/recognition.js";
import { Chat } from "../../chat/chat.js";
import { Hands } from "../../chat/hands.js";
import { ChatPictures } from "../../chat/pictures.js";
import { Reactions } from "../../chat/reactions.js";
import { Allowance, isMetered } from "../../files/receive/allowance.js";
import { ChatPanel } from "../chat/chat-panel.js";
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
import { OwnRole } from "../call/own-role.js";
import { showSigns } from "../call/signs.js";
import { TimeWarning } from "../call/time-warning.js";
import { showTurnedAway } from "../call/turned-away.js";
import { holdWakeLock } from "../call/wake-lock.js";
import { StageView } from "../stage/stage-view.js";
import { setUpVoice } from "../voice/set-up-voice.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Identity } from "../../keys/identity.js" */
/** @import { FileExchange } from "../../files/exchange.js" */
/** @import { MediaOutputs } from "../../media/playback/media-outputs.js" */
/** @import { HostControls } from "../../hosts/host-controls.js" */
/** @import { PictureDraft } from "../chat/picture-draft.js" */
/** @import { DeviceControls } from "../devices/device-controls.js" */
/** @import { FilePanel } from "../files/file-panel.js" */
/** @import { DataSaverSwitch } from "../quality/data-saver-switch.js" */
/** @import { CallPageData } from "../lib/page.js" */
/** @import { Stage } from "../stage/stage.js" */

/**
 * @typedef {object} Features
 * @property {CallPageData} page @property {Identity} identity
 * @property {HostControls} controls @property {Stage} stage @property {DeviceControls} devices @property {MediaOutputs} outputs
 * @property {DataSaverSwitch} saver @property {FileExchange} exchange @property {FilePanel} files @property {PictureDraft} pictureDraft
 */

/** @param {CallSession} session @param {Features} call @param {AbortSignal} signal ends with the call */
export function setUpFeatures(session, { page, identity, controls, stage, devices, outputs, saver, exchange, files, pictureDraft }, signal) {
  recogniseDevices(session, page, signal);
  showDeviceNews(session, page, signal);
  const log = new Chat(session, signal, { mayWrite: (person) => mayDo(controls.rights.value, "chat", person) });
  const allowance = new Allowance(() => saver.cap !== null || isMetered());
  const pictures = new ChatPictures({ chat: log, room: session, exchange, allowance }, signal);
  const chat = new ChatPanel(session, { chat: log, pictures, draft: pictureDraft, files }, signal);
  const hands = new Hands(session, signal);
  showSigns({ session, grid: stage.grid, hands, reactions: new Reactions(session, signal) }, signal);
  setUpHostTools(session, { controls, hands, stage, slug: page.slug, mute: () => devices.muteForHost() }, signal);
  const lobbyHost = new LobbyHost(session, identity, signal);
  if (page.joinRuleUrl !== null) new HostActions(session, page, signal);
  new ReportDialog(session, page.reportUrl, signal);
  new MuteRequest(session, () => devices.muteForHost(), signal);
  const alerts = new LobbyAlerts(lobbyHost, { roomName: () => page.roomName, outputs, signal });
  new TimeWarning(session.socket, signal);
  new Announcements(session, signal);
  new StageView(session, stage, signal);
  setUpRenaming(session, !page.signedIn, signal);
  new OwnRole(session, signal);
  showFirstVisitHints(session, signal);
  showTurnedAway(session.socket, signal);
  holdWakeLock(signal);
  setUpVoice(session, { devices, controls, outputs, chat: log }, signal);
  return { chat, hands, alerts };
}
