/**
 * Media that goes on where the line or the processor is thin: once or twice a second each connection is measured, both ends tell
 * each other what they see, and what is sent follows from it. See docs/media.md.
 *
 * @module
 */

import { Emitter } from "../../lib/emitter.js";
import { decodingCaps } from "./capabilities.js";
import { PeerAdaptation } from "./peer-adaptation.js";
import { most, rungForTile } from "./ladder.js";
import { StillCamera, StillSender } from "./snapshots.js";
import { shareUplink } from "./uplink-allocation.js";

/** @import { Mesh } from "../../peer/mesh.js" */
/** @import { Outcome } from "./limitation.js" */
/** @import { View } from "./receiver-reports.js" */
/** @typedef {(pid: string) => {tile: View, screen: View | null}} Views where and how large somebody is shown on this page */

/** With few people evidence is gathered twice as often: what a line can no longer carry piles up quickly. */
const EVERY_MS = 500;
const FEW = 2;
/** A second, less what timers are late. */
const SECOND_MS = 900;
const STILL_EVERY_MS = 4_000;
/** Of the cores, for all encoders together: the rest decodes, draws and does other things. */
const FOR_ENCODING = 0.6;
/** The browser's estimates together, and some: with less than they could use, they would never find out that there is more. */
const BEYOND_ESTIMATE = 1.5;
const AUDIO_KBPS = 40;
const SCREEN_WISH_KBPS = 1_500;
/** What peers tell each other about media, read by `PeerAdaptation`. */
const TOPICS = ["report", "caps", "sends"];

/**
 * @typedef {object} AdaptationEvents
 * @property {{pid: string}} adapted once a second for every connected peer; `of(pid)` is up to date
 * @property {{pid: string, sending: Outcome, receiving: Outcome | null}} outcome what is sent to a peer, or what they say they
 *   send, has changed
 * @property {{pid: string, picture: Blob}} still a picture that takes the place of the moving one for a few seconds
 */

/** @extends {Emitter<AdaptationEvents>} */
export class Adaptation extends Emitter {
  #mesh;
  #views;
  /** @type {Map<string, PeerAdaptation>} */
  #peers = new Map();
  /** kbit/s for all pictures and sound together; Infinity: no cap. */
  #cap = Infinity;
  #strain = 0;
  #stills;
  #stillSender = new StillSender();
  #lastStill = 0;
  #ticking = false;
  #turn = 0;
  #secondAt = -Infinity;
  #seconds = 0;

  /**
   * @param {Mesh} mesh
   * @param {Views} views
   * @param {AbortSignal} signal ends it
   */
  constructor(mesh, views, signal) {
    super();
    this.#mesh = mesh;
    this.#views = views;
    this.#stills = new StillCamera();
    mesh.on("peer-added", ({ pid }) => this.#add(pid), { signal });
    mesh.on("peer-removed", ({ pid }) => this.#peers.delete(pid), { signal });
    mesh.on("peer-state", ({ state }) => state === "connected" && void this.#tick(), { signal });
    mesh.on("peer-channel-open", ({ pid }) => void this.#introduce(pid), { signal });
    mesh.on("message", ({ pid, topic, payload }) => this.#heard(pid, topic, payload), { signal });
    for (const pid of mesh.peers.keys()) this.#add(pid);
    const timer = setInterval(() => void this.#tick(), EVERY_MS);
    signal.addEventListener("abort", () => {
      clearInterval(timer);
      this.#stills.stop();
      this.#stillSender.stop();
    });
  }

  /**
   * What is known about somebody.
   *
   * @param {string} pid
   * @returns {Pick<PeerAdaptation, "state" | "evidence" | "sending" | "receiving" | "measured" | "moment" | "report" | "caps"> | undefined}
   */
  of(pid) {
    return this.#peers.get(pid);
  }

  /** Share of the processor that media takes, 1: all cores. */
  get strain() {
    return this.#strain;
  }

  /** @param {number | null} kbps for everything that is sent, and for everything that the others are asked for; null: no cap */
  setCap(kbps) {
    this.#cap = kbps ?? Infinity;
    this.#act();
    for (const pid of this.#peers.keys()) this.#tellReport(pid);
  }

  /** Something came into view or went out of it: the senders hear of it at once. */
  viewChanged() {
    for (const [pid, peer] of this.#peers) if (this.#seen(pid) !== peer.toldSeen) this.#tellReport(pid);
  }

  /** @param {string} pid */
  #seen(pid) {
    const { tile, screen } = this.#views(pid);
    return `${tile.visible} ${screen?.visible}`;
  }

  /** @param {string} pid */
  #add(pid) {
    const connection = this.#mesh.peers.get(pid);
    if (connection) this.#peers.set(pid, new PeerAdaptation(connection));
  }

  /** @param {string} pid */
  async #introduce(pid) {
    this.#mesh.send(pid, "caps", await decodingCaps());
    this.#tellReport(pid);
    const peer = this.#peers.get(pid);
    if (peer) peer.toldOutcome = "";
    this.#tellOutcomes();
  }

  /** @param {string} pid @param {string} topic @param {unknown} payload */
  #heard(pid, topic, payload) {
    const peer = this.#peers.get(pid);
    if (topic === "still") this.#heardStill(pid, payload);
    else if (peer && TOPICS.includes(topic)) {
      const before = JSON.stringify(peer.receiving);
      if (peer.hear(topic, payload)) this.#act();
      if (JSON.stringify(peer.receiving) !== before) this.#emitOutcome(pid, peer);
    }
  }

  /** @param {string} pid @param {unknown} payload */
  #heardStill(pid, payload) {
    const picture = this.#peers.get(pid)?.hearStill(payload) ?? null;
    if (picture !== null) this.emit("still", { pid, picture });
  }

  async #tick() {
    this.#turn += 1;
    if (this.#ticking || (this.#peers.size > FEW && this.#turn % 2 === 0)) return;
    this.#ticking = true;
    try {
      await this.#look();
    } finally {
      this.#ticking = false;
    }
  }

  async #look() {
    const now = performance.now();
    const second = now - this.#secondAt >= SECOND_MS;
    if (second) this.#secondAt = now;
    await Promise.all([...this.#peers.values()].map((peer) => peer.read(second)));
    const busy = [...this.#peers.values()].reduce((sum, { moment }) => sum + (moment?.busy ?? 0), 0);
    this.#strain = busy / (navigator.hardwareConcurrency || 2);
    if (second) this.#tellReports();
    this.#act();
    await this.#sendStills();
    if (second) for (const pid of this.#peers.keys()) this.emit("adapted", { pid });
  }

  /** On a thin line with nothing but sound both ways a report is in its way: every other second is enough there. */
  #tellReports() {
    this.#seconds += 1;
    for (const [pid, { state, moment }] of this.#peers) {
      const quiet = state.thin && !state.active && !moment?.inbound.fps;
      if (!quiet || this.#seconds % 2 === 0) this.#tellReport(pid);
    }
  }

  /** @param {string} pid */
  #tellReport(pid) {
    const { tile, screen } = this.#views(pid);
    const peer = this.#peers.get(pid);
    const inbound = peer?.measured?.inbound;
    if (!inbound) return;
    peer.toldSeen = this.#seen(pid);
    const { decodeMs, fps, freezes, loss, concealed, jitterMs, kbps } = inbound;
    const rounded = { decodeMs: round(decodeMs), fps: round(fps), loss: round(loss), concealed: round(concealed) };
    const rest = { freezes, jitterMs: round(jitterMs), downKbps: round(kbps), strain: round(this.#strain), cap: this.#capFor(pid) };
    this.#mesh.send(pid, "report", { tile, screen, ...rounded, ...rest });
  }

  /**
   * Divides what may come among those who are seen, by how large they are.
   *
   * @param {string} asked pid
   * @returns {number | null} kbit/s; null: no limit
   */
  #capFor(asked) {
    if (this.#cap === Infinity) return null;
    const wishes = new Map(
      [...this.#peers.keys()].map((pid) => {
        const { tile, screen } = this.#views(pid);
        const wanted = (tile.visible ? most(rungForTile(tile.height), "VP8") : 0) + (screen?.visible ? SCREEN_WISH_KBPS : 0);
        return [pid, wanted];
      }),
    );
    const pictures = Math.max(0, this.#cap - AUDIO_KBPS * wishes.size);
    return Math.round((shareUplink(wishes, pictures).get(asked) ?? 0) + AUDIO_KBPS);
  }

  #act() {
    const wishes = new Map([...this.#peers].map(([pid, peer]) => [pid, peer.wish]));
    const pictures = Math.max(1, [...wishes.values()].filter((wish) => wish > 0).length);
    const shares = shareUplink(wishes, this.#uplink(wishes));
    const cores = ((navigator.hardwareConcurrency || 2) * FOR_ENCODING) / pictures;
    const saving = this.#cap !== Infinity;
    for (const [pid, peer] of this.#peers) {
      peer.act({ share: shares.get(pid) ?? Infinity, saving, strain: this.#strain, cores });
    }
    this.#tellOutcomes();
  }

  /** Whoever gets something else than before is told what, and so is this page. */
  #tellOutcomes() {
    for (const [pid, peer] of this.#peers) {
      const { sending } = peer;
      const words = JSON.stringify(sending);
      if (words === peer.toldOutcome || !this.#mesh.send(pid, "sends", sending)) continue;
      peer.toldOutcome = words;
      this.#emitOutcome(pid, peer);
    }
  }

  /** @param {string} pid @param {PeerAdaptation} peer */
  #emitOutcome(pid, { sending, receiving }) {
    this.emit("outcome", { pid, sending, receiving });
  }

  /**
   * @param {Map<string, number>} wishes
   * @returns {number} kbit/s for all pictures together
   */
  #uplink(wishes) {
    const capped = Math.max(0, this.#cap - AUDIO_KBPS * wishes.size);
    if (wishes.size < 2) return capped;
    const estimates = [...this.#peers.values()].map(({ available }) => available);
    return Math.min(capped, estimates.reduce((sum, one) => sum + one, 0) * BEYOND_ESTIMATE);
  }

  async #sendStills() {
    const waiting = () => [...this.#peers].filter(([, peer]) => peer.sending.picture === "stills").map(([pid]) => pid);
    const [first] = waiting();
    const now = performance.now();
    if (first === undefined || this.#stillSender.busy || now - this.#lastStill < STILL_EVERY_MS) return;
    this.#lastStill = now;
    const still = await this.#stills.take(this.#mesh.peers.get(first)?.transceivers.video?.sender.track ?? null);
    if (still === null) return;
    const everybody = waiting();
    this.#stillSender.send(still, (piece) => {
      const wanted = waiting().filter((pid) => everybody.includes(pid));
      return wanted.map((pid) => this.#mesh.send(pid, "still", piece)).includes(true);
    });
  }
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 1_000) / 1_000;
}
