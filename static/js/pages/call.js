/**
 * The call page: before, in and after a call.
 * `document.documentElement.dataset.callState` is the state of `call/page-state.js`. For diagnosis in the browser's console,
 * `globalThis.meetingPoint` holds {mesh, socket, media, files, adaptation} of the current call.
 */

import "./frame.js";
import { CODE } from "../signaling/close-codes.js";
import { dropEarly, openEarly } from "../signaling/early-socket.js";
import { makeIdentity } from "../keys/identity.js";
import { makeRoomSeal } from "../keys/room-seal.js";
import { guardCompositions } from "../lib/keyboard.js";
import { prepareSharing } from "../files/share/share-target.js";
import { HOSTS } from "../signaling/roles.js";
import { MediaOutputs } from "../media/playback/media-outputs.js";
import { isToggleShown } from "../ui/devices/toggles.js";
import { announceDevices } from "../ui/devices/device-announcements.js";
import { DeviceControls } from "../ui/devices/device-controls.js";
import { loadCallParts } from "../ui/call/call-parts.js";
import { Ended } from "../ui/call/ended.js";
import { arrive } from "../ui/invites/arrival.js";
import { loadInvites, refreshInvites } from "../ui/invites/later-invites.js";
import { closeDialogs, setUpDialogs } from "../ui/call/dialogs.js";
import { keepFocus } from "../ui/lib/focus-keeper.js";
import { byId, pageData, text } from "../ui/lib/page.js";
import { isSupported, pageReady } from "../ui/lib/ready.js";
import { showInside, showRoomName } from "../ui/call/room-details.js";
import { showInTitle } from "../ui/lib/page-title.js";
import { Prejoin } from "../ui/call/prejoin.js";
import { DataSaverSwitch } from "../ui/quality/data-saver-switch.js";
import { findRoomKey } from "../keys/held-room-key.js";
import { showKeyState } from "../ui/keys/room-key-state.js";
import { sidePanels } from "../ui/call/side-panel.js";
import { listenForKeys } from "../ui/call/shortcuts.js";
import { clearToasts, toast } from "../ui/lib/toasts.js";
import { guardTouches } from "../ui/call/touch-guard.js";
import { followVisibleArea } from "../ui/call/visible-area.js";
import { Knocking } from "../call/knocking.js";
import { WaitingRoom } from "../ui/lobby/waiting-room.js";
import { areAllowed, takeJoinRequest } from "../call/join-request.js";
import { PageState } from "../call/page-state.js";
import { claimCall } from "../call/single-tab.js";

/** @import { Room } from "../signaling/wire.js" */
/** @import { Identity } from "../keys/identity.js" */
/** @import { RunningCall } from "../ui/running/running-call.js" */
/** @import { Wish } from "../ui/received/ended-files.js" */
/** @import { PanelName } from "../ui/call/side-panel.js" */

guardCompositions(document);
keepFocus(document);
const page = await pageData();
/** Why the person came, where the link says so: for files only, no device is opened until they press its button. */
const purpose = new URLSearchParams(location.search).get("files");
const devices = new DeviceControls();
const outputs = new MediaOutputs();
const prejoin = new Prejoin(devices, { outputs, keepName: !page.signedIn, page, filesOnly: purpose !== null });
const ended = new Ended();
const saver = new DataSaverSwitch();
const knocking = new Knocking(page);
const waitingRoom = new WaitingRoom(page);
const pageState = new PageState();
followVisibleArea();
guardTouches();
let call = /** @type {RunningCall | null} */ (null);
/** @type {ReturnType<typeof setUpDialogs>} */
let dialogs;
/** Made while the person is still on the page before the call. @type {Promise<Identity> | null} */
let nextIdentity = null;
let name = "";
/** Whether *Join* was pressed: then more waits for the first picture. */
let pressed = false;
/** Whether a host has let the person in since the page was loaded. */
let admitted = false;

/** Joins as `name`, or knocks. */
function join() {
  if (pageState.apply("join")) void enter();
}

/** What is needed from *Join* on; null: it cannot be loaded. */
async function loadCall() {
  try {
    await loadCallParts();
    dialogs ??= setUpDialogs(() => call?.requestLeave());
    return await import("../ui/running/running-call.js");
  } catch {
    return null;
  }
}

/** @returns {Promise<Identity>} */
function prepareIdentity() {
  nextIdentity ??= makeIdentity();
  nextIdentity.catch(() => {});
  return nextIdentity;
}

/** Goes into the room, or to its lobby. The page is joining: the socket, the keys and the modules of the call come side by side. */
async function enter() {
  openEarly(page.socketPath);
  prejoin.working = true;
  const { slug, epoch, keyCheck } = page;
  const [making, loading] = [prepareIdentity(), loadCall()];
  const { state, key } = await findRoomKey(slug, epoch, keyCheck);
  if (state === "lobby" || (state === "fits" && page.mustWait && !admitted)) {
    pageState.apply("knock");
    ended.hide();
    prejoin.working = false;
    prejoin.shown = true;
    return knocking.knock({ epoch, keyCheck, key, lobby: state === "lobby", presence: { name, ...devices.presence } });
  }
  if (state !== "fits") return end("key");
  const hideAddress = prejoin.hideAddress || page.relayOnly; // as the page has promised, whatever the server says inside
  let identity, seal;
  try {
    [identity, seal] = await Promise.all([making, makeRoomSeal(slug, epoch, key)]);
  } catch {
    return end("start");
  } finally {
    nextIdentity = null;
  }
  const parts = await loading;
  if (pageState.current !== "joining") return;
  if (parts === null) return end("load");
  const wanted = () => pageState.current === "joining";
  call = await parts.startCall({ page, identity, seal, name, hideAddress, filesOnly: prejoin.filesOnly, purpose, devices, outputs, saver, leave, wanted }).catch(() => null);
  if (call === null) return wanted() && end("start");
  Object.assign(prejoin, { working: false, shown: false });
  ended.hide();
  listenToCall(call);
  showInTitle({ muted: devices.presence.muted });
  claimCall(slug, () => end(String(CODE.replaced)), call.signal);
}

/** @param {RunningCall} current */
function listenToCall({ session, keys: keyLife, signal }) {
  session.on("entered", ({ room, again }) => {
    pageState.apply("entered");
    page.role = session.self.role;
    if (prejoin.filesOnly && !again) sidePanels.open("files");
    roomChanged(room, again);
  }, { signal });
  session.on("away", ({ entered, code }) => {
    if (!entered && code === CODE.knock_required) return knockInstead();
    if (entered) pageState.apply("away");
  }, { signal });
  session.on("stopped", ({ code }) => end(String(code)), { signal });
  session.on("room", ({ room }) => roomChanged(room, true), { signal });
  keyLife.on("renewed", (detail) => {
    Object.assign(page, detail);
    void refreshInvites({ epoch: page.epoch });
    toast(text("room-key.renewed"));
  });
  keyLife.on("missing", () => toast(text("room-key.missing")));
  const toggle = (/** @type {PanelName} */ panel) => () => sidePanels.toggle(panel);
  const panels = { p: toggle("people"), f: toggle("files"), c: toggle("chat") };
  listenForKeys({ ...panels, i: () => HOSTS.includes(session.self.role) && dialogs.invite(), d: dialogs.devices, h: () => byId("raise-hand", HTMLElement).click() }, signal);
}

/**
 * `KeyRotation` handles a new key. A call that began without a key continues without one, and a server that takes the key
 * back is refused.
 * @param {Room} room @param {boolean} running whether the call had begun before
 */
function roomChanged({ name: roomName, epoch, join_rule: joinRule, relay_only: relayOnly }, running) {
  void refreshInvites({ joinRule });
  if (page.relayOnly && !relayOnly) toast(text("addresses.hidden-still"));
  Object.assign(page, { roomName, relayOnly });
  showRoomName(roomName);
  const known = call?.session.seal.epoch ?? page.epoch;
  if (epoch < known) return end("downgrade");
  if (epoch === known) return;
  if (!running) return end("key");
  if (known === 0) toast(text("room-key.changed"));
}

/** On the person's own wish, after the question about files. @param {Wish} wish for what was received */
function leave(wish) {
  call?.features?.discardDrafts();
  end("left", wish);
}

/** @param {string} why a close code, or "left", "start", "load", "key", "downgrade", "admission" @param {Wish} [wish] for what was received */
function end(why, wish = "ask") {
  pageState.apply("end");
  dropEarly();
  const closed = tearDownCall();
  admitted = false;
  devices.stop();
  prejoin.shown = false;
  ended.show(why, { closed, room: page, wish });
}

/** @returns {Promise<void>} when the call has closed its files */
async function tearDownCall() {
  const current = call;
  name = current?.session.self.name ?? name;
  call = null;
  showInTitle({ knocks: 0, unread: 0, muted: false, sharing: false });
  const closed = current?.close();
  closeDialogs();
  clearToasts();
  await closed;
}

/** The join rule has changed since the page was loaded: the person has to knock. */
function knockInstead() {
  void tearDownCall();
  page.mustWait = true;
  admitted = false;
  pageState.apply("knock-required");
  join();
}

/** Joins again, with microphone and camera as before. */
function rejoin() {
  ended.hide();
  void devices.restart();
  join();
}

/** @returns {Promise<boolean>} whether the invite link let the person in, and this page has become that of the room */
async function redeem() {
  prejoin.working = true;
  const arrived = await arrive(page, { name, microphone: devices.media.wants("audio"), camera: devices.media.wants("video") });
  prejoin.working = false;
  if (arrived) await checkKey();
  return arrived && !prejoin.isBlocked;
}

/** Blocks joining when the key of this browser is not the room's. */
async function checkKey() {
  const { state } = await findRoomKey(page.slug, page.epoch, page.keyCheck);
  showKeyState(state, HOSTS.includes(page.role));
  prejoin.blocked = state !== "fits" && state !== "lobby";
  prejoin.knocks = state === "lobby" || page.mustWait;
}

pageState.on("changed", ({ state }) => {
  document.documentElement.dataset.callState = state;
});
devices.on("changed", () => {
  if (!call) return;
  call.updateMedia();
  showInTitle({ muted: devices.presence.muted });
});
devices.speaker.on("changed", ({ deviceId }) => outputs.useSpeaker(deviceId));
outputs.on("sink-refused", ({ deviceId }) => devices.speaker.refuse(deviceId));
outputs.useSpeaker(devices.speaker.used);
devices.on("news", ({ message, action, subject, everywhere }) => {
  if (call || (everywhere && pageState.current !== "ended")) toast(message, action, subject);
});
announceDevices(devices, () => pageState.current === "ended");
prejoin.on("join", async (detail) => {
  [name, pressed] = [detail.name, true];
  if (!page.invitation || (await redeem())) join();
});
prejoin.on("mode", ({ filesOnly }) => {
  devices.stop();
  void devices.start({ microphone: !filesOnly, camera: !filesOnly });
});
page.invitation?.on("stopped", () => devices.stop());
page.invitation?.on("ready", () => void devices.restart());
ended.on("again", rejoin);
knocking.on("waiting", (waiting) => waitingRoom.show(waiting));
knocking.on("ended", () => waitingRoom.hide());
knocking.on("admitted", () => {
  admitted = true;
  if (pageState.apply("admitted")) void enter();
});
knocking.on("stopped", ({ why }) => end(why));
waitingRoom.on("cancel", () => {
  knocking.close();
  pageState.apply("cancel");
});
listenForKeys({
  m: () => isToggleShown("microphone") && devices.toggleMicrophone(),
  v: () => isToggleShown("camera") && devices.toggleCamera(),
});
document.addEventListener("click", async ({ target }) => {
  const button = target instanceof Element ? target.closest("button[data-sound-test]") : null;
  if (button instanceof HTMLButtonElement) void (await import("../ui/voice/sound-tests.js")).runSoundTest(button, { devices, outputs, text });
});
addEventListener("pagehide", () => {
  call?.hangUp();
  devices.stop();
});
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted || pageState.current === "ended") return;
  if (call) end("left");
  else void devices.restart();
});
document.documentElement.dataset.callState = pageState.current;

async function begin() {
  prepareSharing();
  void prepareIdentity();
  const request = takeJoinRequest(page.slug);
  const { microphone, camera } = prejoin.toggles;
  const wanted = {
    microphone: microphone && !prejoin.filesOnly && request?.microphone !== false,
    camera: camera && !prejoin.filesOnly && request?.camera !== false,
  };
  void devices.start(wanted);
  prejoin.enableToggles();
  pageReady();
  showInside(page.inside);
  if (page.invitation) prejoin.knocks = page.mustWait;
  else await checkKey();
  if (request !== null && (request.prepared || (await areAllowed(wanted)))) prejoin.pressJoin(request.name);
  prejoin.enableJoin();
  const parts = await loadCall();
  if (!pressed) void parts?.loadFeatures().catch(() => {});
  await parts?.featuresLoaded;
  loadInvites();
  import("../ui/call/inside-now.js").then(({ watchInside }) => watchInside(page, pageState, outputs)).catch(() => {});
}

if (isSupported()) void begin();
