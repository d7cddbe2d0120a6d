/** Adapts what is sent to bandwidth, CPU and view, from measurements here and reports of the peers. See docs/media.md. */

import { NOTHING } from "../../gate/topic.js";
import { computePressure } from "../../peer/stats/compute-pressure.js";
import { Emitter } from "../../lib/emitter.js";
import { isBlind } from "./bandwidth.js";
import { decodingCaps } from "./capabilities.js";
import { readSendingStatus } from "./limitation.js";
import { PeerAdaptation } from "./peer-adaptation.js";
import { maxKbps, rungForTile } from "./ladder.js";
import { readCaps, readReport } from "./receiver-reports.js";
import { readSnapshotPiece, SnapshotCamera, SnapshotSender } from "./snapshots.js";
import { allocateUplink, divideUplink } from "./uplink-allocation.js";

/** @import { Mesh } from "../../peer/mesh.js" */
/** @import { SendingStatus } from "./limitation.js" */
/** @import { Caps, Report, View } from "./receiver-reports.js" */
/** @import { Codec } from "./ladder.js" */
/** @import { Piece } from "./snapshots.js" */
/** @typedef {(pid: string) => {tile: View, screen: View | null}} Views where and how large a person is shown on this page */

/** load: cores; facts: for tests and diagnosis; codec: for all who can have it @typedef {{readonly load: number, readonly facts: object, readonly codec: Codec | null, enabled: boolean}} EncoderSharing */

/** Each time in small calls, where queues build up fast, every second time in larger ones, every fourth on a full processor. */
const INTERVAL_MS = 500;
const SMALL_CALL = 2;
/** One second, less timer jitter. */
const SECOND_MS = 900;
const SNAPSHOT_INTERVAL_MS = 4_000;
/** Share of the cores for all encoders. */
const FOR_ENCODING = 0.6;
/** Headroom above the sum of the estimates: without it, encoders could never discover more bandwidth. */
const ESTIMATE_HEADROOM = 1.5;
const AUDIO_KBPS = 40;
const SCREEN_DEMAND_KBPS = 1_500;
/** One report a second, and a few more when a tile comes and goes. */
const REPORTS_PER_MINUTE = 240;
/** Each may negotiate again. */
const CAPS_PER_MINUTE = 20;
const PIECES_PER_MINUTE = 600;

/**
 * @typedef {object} AdaptationEvents
 * @property {{pid: string}} adapted once a second for each connected peer; `adaptationOf(pid)` is up to date
 * @property {void} decided for each connected peer: see `pictures` of `adaptationOf(pid)`
 * @property {{pid: string, sending: SendingStatus, receiving: SendingStatus | null}} sending either has changed
 * @property {{pid: string, picture: Blob}} snapshot shown in place of video for a few seconds
 */

/** @extends {Emitter<AdaptationEvents>} */
export class Adaptation extends Emitter {
  /** Lets connections share encoders, in calls of three or more. @type {EncoderSharing | null} */
  sharing = null;
  /** The same, while that is being loaded. @type {Codec | null} */
  sharedCodec = null;
  #mesh;
  #views;
  #otherWork;
  #reports;
  #caps;
  #statuses;
  #snapshots;
  /** @type {Map<string, PeerAdaptation>} */
  #peers = new Map();
  /** kbit/s for video and audio together; Infinity: no cap. */
  #cap = Infinity;
  #cpuLoad = 0;
  #snapshotCamera;
  #snapshotSender = new SnapshotSender();
  #lastSnapshotAt = 0;
  #ticking = false;
  #turn = 0;
  #secondAt = -Infinity;
  #seconds = 0;

  /** @param {Mesh} mesh @param {Views} views @param {AbortSignal} signal @param {() => number} [otherWork] cores that compute the own picture */
  constructor(mesh, views, signal, otherWork = () => 0) {
    super();
    this.#mesh = mesh;
    this.#views = views;
    this.#otherWork = otherWork;
    computePressure.watch(signal);
    this.#snapshotCamera = new SnapshotCamera();
    mesh.on("peer-added", ({ pid }) => this.#onPeerAdded(pid), { signal });
    mesh.on("peer-removed", ({ pid }) => this.#peers.delete(pid), { signal });
    mesh.on("peer-state", ({ state }) => state === "connected" && void this.#tick(), { signal });
    const applySound = () => this.#peers.forEach((peer) => peer.applySound());
    mesh.on("own-tracks", applySound, { signal });
    mesh.on("own-screen", applySound, { signal });
    mesh.on("peer-channel-open", ({ pid }) => void this.#onChannelOpen(pid), { signal });
    this.#reports = mesh.topic("report", { read: readReport, perMinute: REPORTS_PER_MINUTE, creates: NOTHING, latest: true });
    this.#reports.on("message", ({ pid, message }) => this.#onReport(pid, message), { signal });
    this.#caps = mesh.topic("caps", { read: readCaps, perMinute: CAPS_PER_MINUTE, creates: NOTHING, latest: true });
    this.#caps.on("message", ({ pid, message }) => this.#onCaps(pid, message), { signal });
    this.#statuses = mesh.topic("sending", { read: readSendingStatus, perMinute: REPORTS_PER_MINUTE, creates: NOTHING, latest: true });
    this.#statuses.on("message", ({ pid, message }) => this.#onStatus(pid, message), { signal });
    this.#snapshots = mesh.topic("snapshot", { read: readSnapshotPiece, perMinute: PIECES_PER_MINUTE, creates: { pictures: ({ part, of }) => (part === of - 1 ? 1 : 0) } });
    this.#snapshots.on("message", ({ pid, message }) => this.#onSnapshotPiece(pid, message), { signal });
    for (const pid of mesh.peers.keys()) this.#onPeerAdded(pid);
    const timer = setInterval(() => void this.#tick(), INTERVAL_MS);
    signal.addEventListener("abort", () => {
      clearInterval(timer);
      this.#snapshotCamera.stop();
      this.#snapshotSender.stop();
    });
  }

  /**
   * @param {string} pid
   * @returns {Pick<PeerAdaptation, "state" | "evidence" | "sending" | "receiving" | "measured" | "moment" | "report" | "caps" | "pictures" | "shared" | "sharedBy" | "available" | "applyPictures"> | undefined}
   */
  adaptationOf(pid) {
    return this.#peers.get(pid);
  }

  /** What tells other traffic to a peer a strained processor from a full line. @param {string} pid */
  heardFrom(pid) {
    const { state, report } = this.#peers.get(pid) ?? {};
    return { strained: state !== undefined && isBlind(state, performance.now()), concealed: report?.concealed ?? 0 };
  }

  /** CPU load of media; 1: all cores. */
  get cpuLoad() {
    return this.#cpuLoad;
  }

  /** @param {number | null} kbps each way; null: no cap */
  setCap(kbps) {
    this.#cap = kbps ?? Infinity;
    this.#adaptAll();
    for (const pid of this.#peers.keys()) this.#sendReport(pid);
  }

  /** Sends reports at once when visibility has changed. */
  viewChanged() {
    for (const [pid, peer] of this.#peers) if (this.#visibilityOf(pid) !== peer.sentVisibility) this.#sendReport(pid);
  }

  /** @param {string} pid */
  #visibilityOf(pid) {
    const { tile, screen } = this.#views(pid);
    return `${tile.visible} ${screen?.visible}`;
  }

  /** @param {string} pid */
  #onPeerAdded(pid) {
    const connection = this.#mesh.peers.get(pid);
    if (connection) this.#peers.set(pid, new PeerAdaptation(connection));
  }

  /** @param {string} pid */
  async #onChannelOpen(pid) {
    this.#caps.send(pid, await decodingCaps());
    this.#sendReport(pid);
    const peer = this.#peers.get(pid);
    if (peer) peer.sentStatus = "";
    this.#sendStatuses();
  }

  /** @param {string} pid @param {Report} report */
  #onReport(pid, report) {
    if (this.#peers.get(pid)?.onReport(report)) this.#adaptAll();
  }

  /** @param {string} pid @param {Caps} caps */
  #onCaps(pid, caps) {
    const peer = this.#peers.get(pid);
    if (peer === undefined) return;
    peer.caps = caps;
    this.#adaptAll();
  }

  /** @param {string} pid @param {SendingStatus} status */
  #onStatus(pid, status) {
    const peer = this.#peers.get(pid);
    if (peer === undefined) return;
    const before = JSON.stringify(peer.receiving);
    peer.receiving = status;
    if (JSON.stringify(status) !== before) this.#emitStatus(pid, peer);
  }

  /** @param {string} pid @param {Piece} piece */
  #onSnapshotPiece(pid, piece) {
    const picture = this.#peers.get(pid)?.onSnapshotPiece(piece) ?? null;
    if (picture !== null) this.emit("snapshot", { pid, picture });
  }

  async #tick() {
    this.#turn += 1;
    const every = computePressure.levelFor(this.#peers.size) > 0 ? 4 : this.#peers.size > SMALL_CALL ? 2 : 1;
    if (this.#ticking || this.#turn % every > 0) return;
    this.#ticking = true;
    try {
      await this.#measureAll();
    } finally {
      this.#ticking = false;
    }
  }

  async #measureAll() {
    const now = performance.now();
    const second = now - this.#secondAt >= SECOND_MS;
    if (second) this.#secondAt = now;
    await Promise.all([...this.#peers.values()].map((peer) => peer.readStats(second)));
    const busy = [...this.#peers.values()].reduce((sum, { moment }) => sum + (moment?.busy ?? 0), 0);
    this.#cpuLoad = (busy + this.#otherWork() + (this.sharing?.load ?? 0)) / (navigator.hardwareConcurrency || 2);
    if (second) this.#sendReports();
    this.#adaptAll();
    await this.#sendSnapshots();
    if (second) for (const pid of this.#peers.keys()) this.emit("adapted", { pid });
  }

  /** On a thin link that carries only audio, reports compete with it: one every other second is enough. */
  #sendReports() {
    this.#seconds += 1;
    for (const [pid, { state, moment }] of this.#peers) {
      const quiet = state.longPackets && !state.active && !moment?.inbound.fps;
      if (!quiet || this.#seconds % 2 === 0) this.#sendReport(pid);
    }
  }

  /** @param {string} pid */
  #sendReport(pid) {
    const { tile, screen } = this.#views(pid);
    const peer = this.#peers.get(pid);
    const inbound = peer?.measured?.inbound;
    if (!inbound) return;
    peer.sentVisibility = this.#visibilityOf(pid);
    const { decodeMs, fps, freezes, loss, concealed, jitterMs, kbps } = inbound;
    const rounded = { decodeMs: round(decodeMs), fps: round(fps), loss: round(loss), concealed: round(concealed) };
    const rest = { freezes, jitterMs: round(jitterMs), downKbps: round(kbps), cpuLoad: round(this.#cpuLoad), cap: this.#capFor(pid) };
    this.#reports.send(pid, { tile, screen, ...rounded, ...rest });
  }

  /** Divides the cap among visible videos by their size. @param {string} asked pid @returns {number | null} kbit/s; null: no limit */
  #capFor(asked) {
    if (this.#cap === Infinity) return null;
    const demands = new Map(
      [...this.#peers.keys()].map((pid) => {
        const { tile, screen } = this.#views(pid);
        const wanted = (tile.visible ? maxKbps(rungForTile(tile.height), "VP8") : 0) + (screen?.visible ? SCREEN_DEMAND_KBPS : 0);
        return [pid, wanted];
      }),
    );
    const pictures = Math.max(0, this.#cap - AUDIO_KBPS * demands.size);
    return Math.round((allocateUplink(demands, pictures).get(asked) ?? 0) + AUDIO_KBPS);
  }

  #adaptAll() {
    const demands = new Map([...this.#peers].map(([pid, peer]) => [pid, peer.demand]));
    const pictures = Math.max(1, [...demands.values()].filter((demand) => demand > 0).length);
    const screens = [...this.#peers.values()].reduce((sum, { screenDemand }) => sum + screenDemand, 0);
    const { shares, crowded } = divideUplink(demands, screens, this.#uplink(demands));
    const cores = ((navigator.hardwareConcurrency || 2) * FOR_ENCODING) / pictures;
    const saving = this.#cap !== Infinity;
    const common = this.sharing ? this.sharing.codec : this.sharedCodec;
    const full = computePressure.levelFor(this.#peers.size);
    for (const [pid, peer] of this.#peers) {
      peer.adapt({ share: shares.get(pid) ?? Infinity, saving, crowded, cpuLoad: this.#cpuLoad, full, cores, common });
    }
    this.emit("decided");
    this.#sendStatuses();
  }

  #sendStatuses() {
    for (const [pid, peer] of this.#peers) {
      const { sending } = peer;
      const words = JSON.stringify(sending);
      if (words === peer.sentStatus || !this.#statuses.send(pid, sending)) continue;
      peer.sentStatus = words;
      this.#emitStatus(pid, peer);
    }
  }

  /** @param {string} pid @param {PeerAdaptation} peer */
  #emitStatus(pid, { sending, receiving }) {
    this.emit("sending", { pid, sending, receiving });
  }

  /** @param {Map<string, number>} demands @returns {number} kbit/s for all videos */
  #uplink(demands) {
    const capped = Math.max(0, this.#cap - AUDIO_KBPS * demands.size);
    if (demands.size < 2) return capped;
    const estimates = [...this.#peers.values()].map(({ available }) => available);
    return Math.min(capped, estimates.reduce((sum, one) => sum + one, 0) * ESTIMATE_HEADROOM);
  }

  async #sendSnapshots() {
    const waiting = () => [...this.#peers].filter(([, peer]) => peer.sending.picture === "stills").map(([pid]) => pid);
    const [first] = waiting();
    const now = performance.now();
    if (first === undefined || this.#snapshotSender.busy || now - this.#lastSnapshotAt < SNAPSHOT_INTERVAL_MS) return;
    this.#lastSnapshotAt = now;
    const snapshot = await this.#snapshotCamera.takeSnapshot(this.#mesh.peers.get(first)?.outgoingTracks.tracks.video ?? null);
    if (snapshot === null) return;
    const receivers = waiting();
    this.#snapshotSender.sendSnapshot(snapshot, (piece) => {
      const wanted = waiting().filter((pid) => receivers.includes(pid));
      return wanted.map((pid) => this.#snapshots.send(pid, piece)).includes(true);
    });
  }
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 1_000) / 1_000;
}
