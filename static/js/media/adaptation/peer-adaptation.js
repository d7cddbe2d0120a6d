/** What is known about the media to and from one peer, and what is done about it. */

import { keepFor, thisBrowser } from "./browser-differences.js";
import { sendableCodecs } from "./capabilities.js";
import { commonCodecs } from "./codecs.js";
import { jitterBufferTarget, NO_JITTER_BUFFER } from "./jitter-buffer.js";
import { initialState, decide } from "./decision.js";
import { measure } from "./stats.js";
import { sendingStatus } from "./limitation.js";
import { RateLimiter } from "../../lib/rate-limiter.js";
import { LOWEST_VIDEO, maxKbps, minKbps, RUNGS, rungForTile, TOP } from "./ladder.js";
import { SenderControl } from "./sender-control.js";
import { SnapshotReader } from "./snapshots.js";
import { mungeSdp, INITIAL_AUDIO_MODE } from "./sdp-munging.js";

/** @import { PeerLink } from "../../peer/peer-link.js" */
/** @import { Evidence, State } from "./decision.js" */
/** @import { SendingStatus } from "./limitation.js" */
/** @import { Caps, Report } from "./receiver-reports.js" */
/** @import { Piece } from "./snapshots.js" */
/** @import { Measured, Outbound } from "./stats.js" */

const SNAPSHOTS_PER_MINUTE = 30;
/** Of the time between two pictures, so much to encode one is not that of an encoder that works in several steps at once. */
const LATE = 1.2;
const SCREEN_KBPS = 1_500;
const SCREEN_FPS = 5;
/** Of what a receiver that saves data wants at most. */
const AUDIO_KBPS = 40;
/** Below this an encoder sends a picture that nobody can make out. */
const MIN_KBPS = 18;
const SPEECH_KBPS = 32;
const THIN_SPEECH_KBPS = 16;

export class PeerAdaptation {
  state = initialState(performance.now());
  /** @type {Measured | null} over the last second: what is told and shown */
  measured = null;
  /** @type {Measured | null} since it was last looked: what is decided by */
  moment = null;
  /** @type {Report | null} what the peer said last */
  report = null;
  /** @type {Caps | null} */
  caps = null;
  /** @type {Evidence | null} what the last decision rests on */
  evidence = null;
  /** @type {SendingStatus | null} what the peer says it sends */
  receiving = null;
  /** How long what comes from this peer is kept before it is shown. */
  jitterBuffer = NO_JITTER_BUFFER;
  /** What of this peer is in view here, as they were told last. */
  sentVisibility = "";
  /** What is sent to this peer, as they were told last. */
  sentStatus = "";
  #connection;
  #control;
  #audioMode = INITIAL_AUDIO_MODE;
  #snapshotLimiter = new RateLimiter(SNAPSHOTS_PER_MINUTE);
  #snapshotReader = new SnapshotReader();
  #hasFrozen = false;

  /** @param {PeerLink} connection */
  constructor(connection) {
    this.#connection = connection;
    this.#control = new SenderControl(() => connection.renegotiate());
    this.#applyMunging();
  }

  /** @returns {SendingStatus} what is sent */
  get sending() {
    return sendingStatus(this.state);
  }

  /** @returns {number} kbit/s that a picture as large as the receiver shows it could use; 0 when nobody looks */
  get demand() {
    const { tile } = this.report ?? {};
    if (tile && !tile.visible) return 0;
    return maxKbps(tile ? rungForTile(tile.height) : TOP, this.state.codec);
  }

  /** @returns {number} kbit/s that the line to the peer carries, as far as it is known */
  get available() {
    return this.moment?.outbound.available ?? Infinity;
  }

  /**
   * @param {Report} report
   * @returns {boolean} whether the peer's view has changed, so that the sender must adapt at once
   */
  onReport(report) {
    const before = this.report;
    this.report = report;
    this.#hasFrozen ||= report.freezes > (before?.freezes ?? report.freezes);
    return before?.tile.visible !== report.tile.visible || before?.screen?.visible !== report.screen?.visible;
  }

  /** @param {Piece} piece @returns {Blob | null} the picture, once it is complete */
  onSnapshotPiece(piece) {
    const picture = this.#snapshotReader.receivePiece(piece);
    return picture !== null && this.#snapshotLimiter.consume() ? picture : null;
  }

  /**
   * Reads the statistics.
   * @param {boolean} second whether a second has passed
   */
  async readStats(second) {
    const stats = await this.#connection.getStats().catch(() => null);
    if (stats === null) return;
    this.moment = measure(stats, this.moment?.counts ?? null);
    if (!second && this.measured !== null) return;
    this.measured = measure(stats, this.measured?.counts ?? null);
    this.#updateJitterBuffer(this.measured);
  }

  /** @param {Measured} measured */
  #updateJitterBuffer({ inbound, outbound }) {
    const { ms } = this.jitterBuffer;
    this.jitterBuffer = jitterBufferTarget(this.jitterBuffer, { missed: inbound.missed, rttMs: outbound.rttMs });
    if (ms === 0 && this.jitterBuffer.ms === 0) return;
    const { audio, video } = this.#connection.transceivers;
    for (const transceiver of [audio, video]) if (transceiver) keepFor(transceiver.receiver, this.jitterBuffer.ms);
  }

  /** Decides, and does it. @param {{share: number, saving: boolean, cpuLoad: number, cores: number}} terms */
  adapt({ share, saving, cpuLoad, cores }) {
    const { audio, video, screenVideo } = this.#connection.transceivers;
    if (this.moment === null || this.#connection.state !== "connected") return;
    const { outbound } = this.moment;
    const theirs = Math.max(0, (this.report?.cap ?? Infinity) - AUDIO_KBPS);
    const asked = theirs < share;
    const most = Math.min(share, theirs);
    const screen = this.#screenKbps(screenVideo, saving || asked ? most : Infinity);
    this.evidence = {
      now: performance.now(),
      available: outbound.available === null ? null : Math.max(0, outbound.available - screen),
      used: outbound.kbps,
      share: Math.max(0, most - screen),
      saving: saving || asked,
      asked,
      loss: outbound.loss,
      rttMs: outbound.rttMs,
      concealed: this.report?.concealed ?? 0,
      hasFrozen: this.#hasFrozen,
      limited: outbound.limited || this.#isLate(outbound, video?.sender),
      cpuLoad,
      remoteCpuLoad: this.report?.cpuLoad ?? 0,
      tile: this.report?.tile ?? null,
      source: sourceOf(video?.sender),
      codecs: commonCodecs(sendableCodecs(video?.sender), this.caps, thisBrowser()),
      cores,
    };
    this.state = decide(this.state, this.evidence);
    this.#hasFrozen = false;
    const { state } = this;
    const { height, fps } = RUNGS[Math.max(state.rung, LOWEST_VIDEO)];
    // On a thin line the encoder is kept from overshooting at the cost of the sound.
    const line = state.rung > LOWEST_VIDEO || state.probe ? Infinity : thinLinkBudget(this.available);
    // For a moment more than the line is known to carry: only then does Chromium look whether it does.
    const wish = state.probe ? Math.max(headroom(state), 2 * this.available) : headroom(state);
    const kbps = Math.max(MIN_KBPS, Math.min(wish, Math.max(0, most - screen), line));
    void this.#control.setCamera(video, { active: state.active, height, fps, kbps, codec: state.codec, fresh: state.fresh });
    const seen = this.report?.screen?.visible ?? true;
    void this.#control.setScreen(screenVideo, { active: seen, fps: SCREEN_FPS, kbps: screen || SCREEN_KBPS, codec: state.codec });
    void this.#control.setAudio(audio, { kbps: state.longPackets ? THIN_SPEECH_KBPS : SPEECH_KBPS });
    if (state.longPackets !== this.#audioMode.longPackets || state.redundant !== this.#audioMode.redundant) {
      this.#audioMode = { longPackets: state.longPackets, redundant: state.redundant };
      this.#applyMunging();
    }
  }

  /**
   * Tells whether the encoder takes longer for a picture than it has until the next: the processor is slower than it should be,
   * or busy with something else. One that only just does is judged by the strain.
   * @param {Outbound} outbound @param {RTCRtpSender} [sender]
   */
  #isLate({ encodeMs, cheap }, sender) {
    const { fps } = RUNGS[Math.max(this.state.rung, LOWEST_VIDEO)];
    // What the camera promises: it too gives less on a processor that is busy.
    const given = sender?.track?.getSettings().frameRate ?? fps;
    return !cheap && encodeMs > (LATE * 1_000) / Math.min(given, fps);
  }

  /**
   * @param {RTCRtpTransceiver | null} transceiver
   * @param {number} saved kbit/s that a data saver leaves for all pictures; Infinity: there is none
   */
  #screenKbps(transceiver, saved) {
    if (!transceiver?.sender.track) return 0;
    return Math.min(SCREEN_KBPS, Math.max(100, (this.available === Infinity ? SCREEN_KBPS : this.available) * 0.6), saved * 0.6);
  }

  #applyMunging() {
    this.#connection.setSdpMunging((sdp) => mungeSdp(sdp, this.#audioMode));
  }
}

/**
 * What the smallest picture may take of a thin line: 30 % stay free, and below 60 kbit/s what sound takes.
 * @param {number} available kbit/s
 */
function thinLinkBudget(available) {
  return Math.min(0.7 * available, Math.max(MIN_KBPS, 1.5 * available - 48));
}

/** The encoder may use what the next rung needs: only so does it show whether the line would carry it. @param {State} state */
function headroom({ rung, linkRung: line, codec }) {
  const climbing = rung === line ? Math.min(rung + 1, TOP) : rung;
  return Math.max(maxKbps(rung, codec), minKbps(climbing, codec) * 1.5);
}

/**
 * @param {RTCRtpSender | undefined} sender
 * @returns {{height: number} | null} the camera that is on
 */
function sourceOf(sender) {
  const { track } = sender ?? {};
  if (!track || track.readyState === "ended") return null;
  const { width = 1280, height = 720 } = track.getSettings();
  return { height: Math.min(width, height) };
}
