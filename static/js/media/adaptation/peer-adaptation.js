/**
 * What is known about the media to and from one peer, and what is done about it.
 *
 * @module
 */

import { keepFor, thisBrowser } from "./browser-differences.js";
import { sendableCodecs } from "./capabilities.js";
import { commonCodecs } from "./codecs.js";
import { cushion, NO_CUSHION } from "./jitter-buffer.js";
import { beginning, decide } from "./decision.js";
import { measure } from "./stats.js";
import { outcomeOf, readOutcome } from "./limitation.js";
import { RateLimiter } from "../../lib/rate-limiter.js";
import { readCaps, readReport } from "./receiver-reports.js";
import { LOWEST_VIDEO, most, need, RUNGS, rungForTile, TOP } from "./ladder.js";
import { SenderControl } from "./sender-control.js";
import { StillReader } from "./snapshots.js";
import { amendMedia, FIRST_MANNER } from "./sdp-munging.js";

/** @import { PeerLink } from "../../peer/peer-link.js" */
/** @import { Evidence, State } from "./decision.js" */
/** @import { Outcome } from "./limitation.js" */
/** @import { Caps, Report } from "./receiver-reports.js" */
/** @import { Measured, Outbound } from "./stats.js" */

/** Reports a minute that are read: one a second, and a few more when a tile comes and goes. */
const REPORTS_PER_MINUTE = 240;
const STILLS_PER_MINUTE = 30;
const PIECES_PER_MINUTE = 600;
/** Of the time between two pictures, so much to encode one is not that of an encoder that works in several steps at once. */
const LATE = 1.2;
const SCREEN_KBPS = 1_500;
const SCREEN_FPS = 5;
/** Of what a receiver that saves data wants at most. */
const AUDIO_KBPS = 40;
/** Below this an encoder sends a picture that nobody can make out. */
const LEAST_KBPS = 18;
const SPEECH_KBPS = 32;
const THIN_SPEECH_KBPS = 16;

export class PeerAdaptation {
  state = beginning(performance.now());
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
  /** @type {Outcome | null} what the peer says it sends */
  receiving = null;
  /** How long what comes from this peer is kept before it is shown. */
  cushion = NO_CUSHION;
  /** What of this peer is in view here, as they were told last. */
  toldSeen = "";
  /** What is sent to this peer, as they were told last. */
  toldOutcome = "";
  #connection;
  #control;
  #manner = FIRST_MANNER;
  #reports = new RateLimiter(REPORTS_PER_MINUTE);
  #stills = new RateLimiter(STILLS_PER_MINUTE);
  #pieces = new RateLimiter(PIECES_PER_MINUTE);
  #stillReader = new StillReader();
  #froze = false;

  /** @param {PeerLink} connection */
  constructor(connection) {
    this.#connection = connection;
    this.#control = new SenderControl(() => connection.renegotiate());
    this.#tune();
  }

  /** @returns {Outcome} what is sent */
  get sending() {
    return outcomeOf(this.state);
  }

  /** @returns {number} kbit/s that a picture as large as the receiver shows it could use; 0 when nobody looks */
  get wish() {
    const { tile } = this.report ?? {};
    if (tile && !tile.visible) return 0;
    return most(tile ? rungForTile(tile.height) : TOP, this.state.codec);
  }

  /** @returns {number} kbit/s that the line to the peer carries, as far as it is known */
  get available() {
    return this.moment?.outbound.available ?? Infinity;
  }

  /**
   * Takes what the peer tells.
   *
   * @param {string} topic
   * @param {unknown} payload
   * @returns {boolean} whether it changes what the peer sees, so that something must be done at once
   */
  hear(topic, payload) {
    if (!this.#reports.consume()) return false;
    if (topic === "caps") this.caps = readCaps(payload) ?? this.caps;
    if (topic === "sends") this.receiving = readOutcome(payload) ?? this.receiving;
    if (topic !== "report") return topic === "caps";
    const report = readReport(payload);
    if (report === null) return false;
    const before = this.report;
    this.report = report;
    this.#froze ||= report.freezes > (before?.freezes ?? report.freezes);
    return before?.tile.visible !== report.tile.visible || before?.screen?.visible !== report.screen?.visible;
  }

  /**
   * Takes a piece of a picture that takes the place of the moving one.
   *
   * @param {unknown} payload
   * @returns {Blob | null} the picture, once it is complete
   */
  hearStill(payload) {
    const picture = this.#pieces.consume() ? this.#stillReader.take(payload) : null;
    return picture !== null && this.#stills.consume() ? picture : null;
  }

  /**
   * Reads the statistics.
   *
   * @param {boolean} second whether a second has passed
   */
  async read(second) {
    const stats = await this.#connection.getStats().catch(() => null);
    if (stats === null) return;
    this.moment = measure(stats, this.moment?.counts ?? null);
    if (!second && this.measured !== null) return;
    this.measured = measure(stats, this.measured?.counts ?? null);
    this.#keep(this.measured);
  }

  /** @param {Measured} measured */
  #keep({ inbound, outbound }) {
    const { ms } = this.cushion;
    this.cushion = cushion(this.cushion, { missed: inbound.missed, rttMs: outbound.rttMs });
    if (ms === 0 && this.cushion.ms === 0) return;
    const { audio, video } = this.#connection.transceivers;
    for (const transceiver of [audio, video]) if (transceiver) keepFor(transceiver.receiver, this.cushion.ms);
  }

  /**
   * Decides, and does it.
   *
   * @param {{share: number, saving: boolean, strain: number, cores: number}} terms
   */
  act({ share, saving, strain, cores }) {
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
      froze: this.#froze,
      limited: outbound.limited || this.#isLate(outbound, video?.sender),
      strain,
      theirStrain: this.report?.strain ?? 0,
      tile: this.report?.tile ?? null,
      source: sourceOf(video?.sender),
      codecs: commonCodecs(sendableCodecs(video?.sender), this.caps, thisBrowser()),
      cores,
    };
    this.state = decide(this.state, this.evidence);
    this.#froze = false;
    const { state } = this;
    const { height, fps } = RUNGS[Math.max(state.rung, LOWEST_VIDEO)];
    // On a thin line the encoder is kept from overshooting at the cost of the sound.
    const line = state.rung > LOWEST_VIDEO || state.nudge ? Infinity : beside(this.available);
    // For a moment more than the line is known to carry: only then does Chromium look whether it does.
    const wish = state.nudge ? Math.max(headroom(state), 2 * this.available) : headroom(state);
    const kbps = Math.max(LEAST_KBPS, Math.min(wish, Math.max(0, most - screen), line));
    void this.#control.showCamera(video, { active: state.active, height, fps, kbps, codec: state.codec, fresh: state.fresh });
    const seen = this.report?.screen?.visible ?? true;
    void this.#control.showScreen(screenVideo, { active: seen, fps: SCREEN_FPS, kbps: screen || SCREEN_KBPS, codec: state.codec });
    void this.#control.speak(audio, { kbps: state.thin ? THIN_SPEECH_KBPS : SPEECH_KBPS });
    if (state.thin !== this.#manner.thin || state.red !== this.#manner.red) {
      this.#manner = { thin: state.thin, red: state.red };
      this.#tune();
    }
  }

  /**
   * Tells whether the encoder takes longer for a picture than it has until the next: the processor is slower than it should be,
   * or busy with something else. One that only just does is judged by the strain.
   *
   * @param {Outbound} outbound
   * @param {RTCRtpSender} [sender]
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

  #tune() {
    this.#connection.setSdpMunging((sdp) => amendMedia(sdp, this.#manner));
  }
}

/**
 * What the smallest picture may take of a thin line: 30 % stay free, and below 60 kbit/s what sound takes.
 *
 * @param {number} available kbit/s
 */
function beside(available) {
  return Math.min(0.7 * available, Math.max(LEAST_KBPS, 1.5 * available - 48));
}

/**
 * The encoder may use what the next rung needs: only so does it show whether the line would carry it.
 *
 * @param {State} state
 */
function headroom({ rung, line, codec }) {
  const climbing = rung === line ? Math.min(rung + 1, TOP) : rung;
  return Math.max(most(rung, codec), need(climbing, codec) * 1.5);
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
