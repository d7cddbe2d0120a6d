/** Measures the media to and from one peer, and applies the decisions about it. */

import { keepFor, thisBrowser } from "./browser-differences.js";
import { sendableCodecs } from "./capabilities.js";
import { commonCodecs } from "./codecs.js";
import { jitterBufferTarget, NO_JITTER_BUFFER } from "./jitter-buffer.js";
import { decide } from "./decision.js";
import { measure, withShared } from "./stats.js";
import { sendingStatus } from "./limitation.js";
import { LOWEST_VIDEO, maxKbps, minKbps, RUNGS, rungForTile, TOP } from "./ladder.js";
import { SenderControl } from "./sender-control.js";
import { SnapshotReader } from "./snapshots.js";
import { initialState } from "./state.js";
import { audioHint } from "../voice/microphone-mode.js";
import { SoundPause } from "../voice/sound-pause.js";
import { INITIAL_AUDIO_MODE, MUSIC_KBPS, mungeSdp, SCREEN_SOUND_KBPS } from "./sdp-munging.js";

/** @import { PeerLink } from "../../peer/peer-link.js" */
/** @import { Coded } from "./coding-delay.js" */
/** @import { Evidence, State } from "./state.js" */
/** @import { SendingStatus } from "./limitation.js" */
/** @import { Caps, Report } from "./receiver-reports.js" */
/** @import { Piece } from "./snapshots.js" */
/** @import { Measured, Outbound, SharedEncoding } from "./stats.js" */
/** @import { Picture, PictureKind } from "./sender-control.js" */

/** An encode time above this multiple of the frame interval means overload, not pipelining. */
const LATE = 1.2;
const SCREEN_KBPS = 1_500;
/** Of what the link carries: the rest is for the camera and audio. */
const SCREEN_SHARE = 0.6;
const SCREEN_FPS = 5;
/** Reserved from a receiver's cap. */
const AUDIO_KBPS = 40;
/** Below this, video is useless. */
const MIN_KBPS = 18;
const SPEECH_KBPS = 32;
/** Of the smallest picture, by how full the processor is. */
const FULL_FPS = Object.freeze([Infinity, 5, 3]);
const THIN_SPEECH_KBPS = 16;

export class PeerAdaptation {
  state = initialState(performance.now());
  /** Over the last second, for reports and display. @type {Measured | null} */
  measured = null;
  /** Since the last decision. @type {Measured | null} */
  moment = null;
  /** The peer's last report. @type {Report | null} */
  report = null;
  /** @type {Caps | null} */
  caps = null;
  /** Of the last decision. @type {Evidence | null} */
  evidence = null;
  /** @type {SendingStatus | null} */
  receiving = null;
  jitterBuffer = NO_JITTER_BUFFER;
  /** The last decision. @type {Record<PictureKind, Picture | null>} */
  pictures = { camera: null, screen: null };
  /** By an encoder that other connections use, too; null: by this sender's own. @type {Record<PictureKind, SharedEncoding | null>} */
  shared = { camera: null, screen: null };
  sentVisibility = "";
  sentStatus = "";
  #connection;
  #control;
  #audioMode = { ...INITIAL_AUDIO_MODE, music: false };
  #soundPause = new SoundPause();
  #soundKbps = SPEECH_KBPS;
  #snapshotReader = new SnapshotReader();
  #hasFrozen = false;

  /** @param {PeerLink} connection */
  constructor(connection) {
    this.#connection = connection;
    this.#control = new SenderControl(() => connection.renegotiate());
    this.#applyMunging();
  }

  /** @returns {SendingStatus} */
  get sending() {
    return { ...sendingStatus(this.state), music: this.#audioMode.music };
  }

  /** @returns {number} kbit/s that the camera at the size of the receiver's tile and the screen could use; 0: both are hidden */
  get demand() {
    const { tile } = this.report ?? {};
    if (tile && !tile.visible) return this.screenDemand;
    const rung = tile ? rungForTile(tile.height) : TOP;
    // A link that has room for VP8 carries a quicker codec.
    return this.screenDemand + Math.max(maxKbps(rung, this.state.codec), maxKbps(rung, "VP8"));
  }

  /** @returns {number} kbit/s with which the screen is not the one that gives way; 0: there is none, or it is hidden */
  get screenDemand() {
    return this.#showsScreen ? SCREEN_KBPS / SCREEN_SHARE : 0;
  }

  get #showsScreen() {
    return Boolean(this.#connection.transceivers.screenVideo?.sender.track) && (this.report?.screen?.visible ?? true);
  }

  /** @returns {number} kbit/s to this peer; Infinity: unknown */
  get available() {
    return this.moment?.outbound.available ?? Infinity;
  }

  /** For how many people, this peer included, one encoder makes the camera's picture. */
  get sharedBy() {
    return this.shared.camera?.people ?? 1;
  }

  /** @param {Report} report @returns {boolean} whether visibility has changed, so that the sender must adapt at once */
  onReport(report) {
    const before = this.report;
    this.report = report;
    this.#hasFrozen ||= report.freezes > (before?.freezes ?? report.freezes);
    return before?.tile.visible !== report.tile.visible || before?.screen?.visible !== report.screen?.visible;
  }

  /** @param {Piece} piece @returns {Blob | null} the complete picture */
  onSnapshotPiece(piece) {
    return this.#snapshotReader.receivePiece(piece);
  }

  /** @param {boolean} second whether a second has passed */
  async readStats(second) {
    const stats = await this.#connection.getStats().catch(() => null);
    if (stats === null) return;
    const { camera: shared } = this.shared;
    const { screenAudio, screenVideo } = this.#connection.transceivers;
    const since = (/** @type {Measured | null} */ before) => withShared(measure(stats, before?.counts ?? null, [screenAudio?.mid, screenVideo?.mid]), shared);
    this.moment = since(this.moment);
    if (!second && this.measured !== null) return;
    this.measured = since(this.measured);
    this.#updateJitterBuffer(this.measured);
  }

  /** @param {Measured} measured */
  #updateJitterBuffer({ inbound, outbound }) {
    const { ms } = this.jitterBuffer;
    const { rttMs } = outbound;
    const queueMs = rttMs - (this.state.minRttMs ?? rttMs);
    this.jitterBuffer = jitterBufferTarget(this.jitterBuffer, { missed: inbound.missed, rttMs, queueMs });
    if (ms === 0 && this.jitterBuffer.ms === 0) return;
    const { audio, video } = this.#connection.transceivers;
    for (const transceiver of [audio, video]) if (transceiver) keepFor(transceiver.receiver, this.jitterBuffer.ms);
  }

  /** @param {{share: number} & Pick<Evidence, "saving" | "cpuLoad" | "cores"> & Required<Pick<Evidence, "crowded" | "full" | "common">>} terms */
  adapt({ share, saving, crowded, cpuLoad, full, cores, common }) {
    const { video, screenAudio } = this.#connection.transceivers;
    if (this.moment === null || this.#connection.state !== "connected") return;
    // Its first seconds begin with the first packets.
    if (this.evidence === null) this.state = initialState(performance.now());
    const { outbound } = this.moment;
    const camera = video && this.#connection.outgoingTracks.tracks.video;
    const theirs = Math.max(0, (this.report?.cap ?? Infinity) - AUDIO_KBPS);
    const asked = theirs < share;
    const most = Math.min(share, theirs);
    const screen = this.#screenKbps(most);
    const music = (this.#audioMode.music ? MUSIC_KBPS - SPEECH_KBPS : 0) + (screenAudio?.sender.track ? SCREEN_SOUND_KBPS : 0);
    this.evidence = {
      now: performance.now(),
      available: outbound.available === null ? null : Math.max(0, outbound.available - screen - music),
      taken: screen + music,
      used: outbound.kbps,
      share: Math.max(0, most - screen),
      saving: saving || asked,
      asked,
      crowded,
      loss: outbound.loss,
      rttMs: outbound.rttMs,
      concealed: this.report?.concealed ?? 0,
      hasFrozen: this.#hasFrozen,
      limited: outbound.limited || this.#isLate(outbound, camera),
      cpuLoad,
      remoteCpuLoad: this.report?.cpuLoad ?? 0,
      full,
      fewPackets: full > 0 && audioHint() !== "music",
      tile: this.report?.tile ?? null,
      source: sourceOf(camera),
      codecs: commonCodecs(sendableCodecs(video?.sender), this.caps, thisBrowser()),
      cores,
      coded: codedOf(outbound, this.report),
      common,
    };
    this.state = decide(this.state, this.evidence);
    this.#hasFrozen = false;
    const { state } = this;
    const { height, fps } = RUNGS[Math.max(state.rung, LOWEST_VIDEO)];
    const rate = state.rung > LOWEST_VIDEO ? fps : Math.min(fps, FULL_FPS[full]);
    // On a thin link, an encoder that overshoots hurts the audio.
    const line = state.rung > LOWEST_VIDEO || state.probe ? Infinity : thinLinkBudget(this.available);
    // Chromium probes for bandwidth only when more than the estimate is allowed.
    const wish = state.probe ? Math.max(headroom(state), 2 * this.available) : headroom(state);
    const kbps = Math.max(MIN_KBPS, Math.min(wish, Math.max(0, most - screen), line));
    const seen = this.report?.screen?.visible ?? true;
    // The first picture of a screen comes before the next decision.
    const ofScreen = this.#showsScreen ? Math.max(MIN_KBPS, screen) : SCREEN_KBPS;
    this.pictures = {
      camera: { active: state.active, height, fps: rate, kbps, codec: state.codec, fresh: state.fresh },
      screen: { active: seen, height: Infinity, fps: SCREEN_FPS, kbps: ofScreen, codec: state.codec, fresh: false },
    };
    this.applyPictures();
    const { longPackets, redundant } = state;
    const thin = longPackets && !this.evidence.fewPackets;
    // A thin link has no room for it.
    const asMusic = audioHint() === "music" && !longPackets;
    this.#soundKbps = asMusic ? MUSIC_KBPS : thin ? THIN_SPEECH_KBPS : SPEECH_KBPS;
    this.applySound();
    const before = this.#audioMode;
    if (longPackets === before.longPackets && redundant === before.redundant && asMusic === before.music) return;
    this.#audioMode = { longPackets, redundant, music: asMusic };
    this.#applyMunging();
  }

  /** Again, after the tracks of the microphone or the screen have changed: sound begins and pauses with them. */
  applySound() {
    const { audio, screenAudio } = this.#connection.transceivers;
    const { tracks, screen } = this.#connection.outgoingTracks;
    const active = !this.#soundPause.isPaused(tracks.audio, performance.now());
    void this.#control.setAudio(audio, { kbps: this.#soundKbps, active });
    void this.#control.setScreenSound(screenAudio, screen.audio !== null);
  }

  /** Again, after it has changed which encoder makes a picture: senders that carry one have its codec, and a size of their own. */
  applyPictures() {
    const { video, screenVideo } = this.#connection.transceivers;
    const { camera, screen } = this.pictures;
    const { shared } = this;
    const track = this.#connection.outgoingTracks.tracks.video;
    if (camera) void this.#control.setCamera(video, { ...camera, codec: shared.camera?.codec ?? camera.codec }, { track, carried: shared.camera !== null });
    if (screen) void this.#control.setScreen(screenVideo, { ...screen, codec: shared.screen?.codec ?? screen.codec }, shared.screen !== null);
  }

  /** Whether encoding a frame takes longer than the frame interval. @param {Outbound} outbound @param {MediaStreamTrack | null} camera */
  #isLate({ encodeMs, cheap }, camera) {
    const { fps } = RUNGS[Math.max(this.state.rung, LOWEST_VIDEO)];
    // A camera delivers fewer frames on a busy CPU: its settings count.
    const given = camera?.getSettings().frameRate ?? fps;
    return !cheap && encodeMs > (LATE * 1_000) / Math.min(given, fps);
  }

  /** @param {number} most kbit/s for camera and screen; Infinity: no limit @returns {number} 0: there is none, or it is out of view */
  #screenKbps(most) {
    if (!this.#showsScreen) return 0;
    return Math.min(SCREEN_KBPS, Math.max(100, (this.available === Infinity ? SCREEN_KBPS : this.available) * SCREEN_SHARE), most * SCREEN_SHARE);
  }

  #applyMunging() {
    this.#connection.setSdpMunging((sdp, first) => mungeSdp(sdp, this.#audioMode, first));
  }
}

/** @param {Outbound} outbound @param {Report | null} report @returns {Coded | null} */
function codedOf({ codec, encodeMs, height }, report) {
  const decodeMs = report?.decodeMs ?? 0;
  return encodeMs > 0 && decodeMs > 0 ? { codec, ms: encodeMs + decodeMs, height } : null;
}

/** The lowest video leaves 30 % of a thin link free, and below 60 kbit/s the room for audio. @param {number} available kbit/s */
function thinLinkBudget(available) {
  return Math.min(0.7 * available, Math.max(MIN_KBPS, 1.5 * available - 48));
}

/** The encoder may use the bitrate of the next rung: that shows whether the link carries it. @param {State} state */
function headroom({ rung, linkRung: line, codec }) {
  const climbing = rung === line ? Math.min(rung + 1, TOP) : rung;
  return Math.max(maxKbps(rung, codec), minKbps(climbing, codec) * 1.5);
}

/** @param {MediaStreamTrack | null} track @returns {{height: number} | null} the camera; null: off, or taken by the system */
function sourceOf(track) {
  if (!track || track.readyState === "ended" || track.muted) return null;
  const { width = 1280, height = 720 } = track.getSettings();
  return { height: Math.min(width, height) };
}
