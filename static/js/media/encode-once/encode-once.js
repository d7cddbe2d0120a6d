/**
 * Encodes each picture once for all connections of a call that want the same, as long as that works: proved for each codec before
 * its first use, watched while it runs, and given up for the plain mesh at any sign of trouble. See docs/media.md.
 */

import { Emitter } from "../../lib/emitter.js";
import { COMMON_CODEC } from "../adaptation/ladder.js";
import { PictureSharing } from "./picture-sharing.js";
import { proveCodec } from "./probe.js";
import { SharedEncoder } from "./shared-encoder.js";
import { MIN_OTHERS } from "./support.js";

/** @import { Adaptation } from "../adaptation/adaptation.js" */
/** @import { BackendReport, CarrierBackend } from "./backend.js" */
/** @import { Codec } from "../adaptation/ladder.js" */
/** @import { PictureKind } from "../adaptation/sender-control.js" */
/** @import { MediaPart } from "../../peer/transceiver-pair.js" */
/** @import { Mesh } from "../../peer/mesh.js" */

/** proving: a codec is tried in a pair of connections of this page; resting: the mesh is plain for a while, over: for this call
 * @typedef {"idle" | "proving" | "on" | "resting" | "over"} EncodeOnceState */

/** @typedef {object} EncodeOnceEvents @property {{trouble: string}} fallback every picture is encoded for each person again */

/** @type {readonly PictureKind[]} */
const KINDS = ["camera", "screen"];
const WATCH_MS = 500;
/** Reports of the worker come as often. */
const MAX_SILENCE = 3;
/** Where nothing is shared, pictures pass it still; a busy computer may keep it waiting. */
const MAX_IDLE_SILENCE = 20;
/** How long one connection, or all, encode for themselves after trouble; doubled each time. */
const BAR_MS = 30_000;
const REST_MS = 60_000;
const MAX_REST_MS = 600_000;
const MAX_FALLBACKS = 4;
/** A busy processor may spoil a proof: it is tried again, after twice as long each time. After this many, codecs are decided without it until it succeeds. */
const MAX_TRIES = 3;
const PROVE_AGAIN_MS = 20_000;
const MAX_TROUBLES = 10;
/** Trouble of several connections within this time is not their lines'. */
const TOGETHER_MS = 3_000;

/** @extends {Emitter<EncodeOnceEvents>} */
export class EncodeOnce extends Emitter {
  #mesh;
  #kinds;
  #prove;
  #backend;
  /** null: being proved. @type {Map<Codec, boolean | null>} */
  #proved = new Map();
  /** @type {Map<Codec, number>} */
  #tries = new Map();
  /** Who encodes for themselves, until when. @type {Map<string, {until: number, times: number, at: number}>} */
  #bars = new Map();
  #restsUntil = -Infinity;
  #fallbacks = 0;
  #lastTrouble = "";
  /** The last ones, for diagnosis. @type {{pid: string, trouble: string}[]} */
  #troubles = [];
  #silent = 0;
  #enabled = true;
  #life = new AbortController();

  /**
   * @param {{mesh: Mesh, adaptation: Adaptation, backend: CarrierBackend, signal: AbortSignal, prove?: (codec: Codec) => Promise<boolean>}} parts
   */
  constructor({ mesh, adaptation, backend, signal, prove = proveCodec }) {
    super();
    this.#mesh = mesh;
    this.#backend = backend;
    backend.makeEncoder = (attach) => new SharedEncoder(attach);
    backend.listener = { report: (report) => this.#onReport(report), failed: () => this.#onWorkerEnded() };
    this.#prove = prove;
    this.#kinds = KINDS.map((kind) => new PictureSharing(kind, mesh, adaptation));
    const life = { signal: this.#life.signal };
    adaptation.on("decided", () => this.#update(), life);
    mesh.on("peer-sending", () => this.#update(), life);
    mesh.on("own-tracks", () => this.#update(), life);
    mesh.on("own-screen", () => this.#update(), life);
    mesh.on("peer-removed", () => this.#update(), life);
    mesh.on("peer-misses", ({ pid, kind }) => this.#onMissing(pid, kind), life);
    const timer = setInterval(() => this.#watch(), WATCH_MS);
    this.#life.signal.addEventListener("abort", () => clearInterval(timer));
    signal.addEventListener("abort", () => this.#stop());
    this.#update();
  }

  /** The person's choice. */
  get enabled() {
    return this.#enabled;
  }

  set enabled(enabled) {
    this.#enabled = enabled;
    this.#update();
  }

  /** Cores that the encoders use. */
  get load() {
    return this.#kinds.reduce((sum, { load }) => sum + load, 0);
  }

  /** For all who can have it, also while it is not proved: other decisions would cost a busy processor more. @returns {Codec | null} null: each encodes for itself */
  get codec() {
    const hopeless = this.#proved.get(COMMON_CODEC) !== true && (this.#tries.get(COMMON_CODEC) ?? 0) >= MAX_TRIES;
    return this.#isAble && !hopeless ? COMMON_CODEC : null;
  }

  /** Whether senders are prepared for it. */
  get #isAble() {
    const able = [...this.#mesh.peers.values()].filter(({ transceivers: { video } }) => video && this.#backend.preparedOf(video.sender) !== null);
    return this.#pays && able.length >= MIN_OTHERS;
  }

  /** @returns {EncodeOnceState} */
  get state() {
    if (this.#fallbacks >= MAX_FALLBACKS) return "over";
    if (performance.now() < this.#restsUntil) return "resting";
    if (this.#kinds.some(({ shares }) => shares)) return "on";
    return [...this.#proved.values()].includes(null) ? "proving" : "idle";
  }

  /** For tests and diagnosis. */
  get facts() {
    const { state } = this;
    const groups = this.#kinds.flatMap(({ facts }) => facts);
    return { state, groups, fallbacks: this.#fallbacks, lastTrouble: this.#lastTrouble, troubles: this.#troubles, proved: Object.fromEntries(this.#proved), barred: [...this.#bars.keys()] };
  }

  get #pays() {
    const { state } = this;
    return this.#enabled && this.#mesh.peers.size >= MIN_OTHERS && state !== "over" && state !== "resting";
  }

  #update() {
    if (this.#life.signal.aborted) return;
    if (!this.#pays) return this.#end();
    if (this.#isAble) this.#proofOf(COMMON_CODEC, true);
    const now = performance.now();
    const terms = { isBarred: (/** @type {string} */ pid) => now < (this.#bars.get(pid)?.until ?? 0), proofOf: (/** @type {Codec} */ codec, /** @type {boolean} */ ask) => this.#proofOf(codec, ask) };
    for (const kind of this.#kinds) kind.update(this.#backend, terms, now);
  }

  /** @param {Codec} codec @param {boolean} ask for the proof where there is none yet @returns {boolean | null} null: not proved yet */
  #proofOf(codec, ask) {
    const known = this.#proved.get(codec);
    if (known === undefined && ask) {
      this.#proved.set(codec, null);
      void this.#tryProof(codec);
    }
    return known ?? null;
  }

  /** @param {Codec} codec */
  async #tryProof(codec) {
    const proved = await this.#prove(codec).catch(() => false);
    const tries = (this.#tries.get(codec) ?? 0) + 1;
    this.#tries.set(codec, tries);
    this.#proved.set(codec, proved);
    this.#update();
    if (!proved) setTimeout(() => this.#proved.delete(codec), Math.min(MAX_REST_MS, PROVE_AGAIN_MS * 2 ** (tries - 1)));
  }

  /** @param {BackendReport} report */
  #onReport(report) {
    this.#silent = 0;
    // What is in it was answered, or is from before the end.
    if (this.state === "resting" || this.state === "over") return;
    if (report.failed.length > 0) return this.#fallBack("encoder");
    const now = performance.now();
    this.#answer(this.#kinds.flatMap((kind) => kind.receiveReport(report, now)), now);
  }

  /** Their browser sees that a shared picture does not arrive. @param {string} pid @param {MediaPart} part */
  #onMissing(pid, part) {
    const shared = this.#kinds.some((kind) => kind.kind === (part === "video" ? "camera" : part) && kind.sharesWith(pid));
    if (shared) this.#answer([{ pid, trouble: "missing" }], performance.now());
  }

  /** @param {{pid: string, trouble: string}[]} troubles @param {number} now ms */
  #answer(troubles, now) {
    for (const { pid, trouble } of troubles) {
      this.#lastTrouble = trouble;
      this.#troubles = [...this.#troubles, { pid, trouble }].slice(-MAX_TROUBLES);
      this.#bar(pid, now);
    }
    const recent = [...this.#bars.values()].filter(({ at }) => now - at < TOGETHER_MS);
    if (recent.length > 1 && recent.length * 2 > this.#mesh.peers.size) this.#fallBack("receivers");
    else this.#update();
  }

  /** @param {string} pid @param {number} now */
  #bar(pid, now) {
    const times = (this.#bars.get(pid)?.times ?? 0) + 1;
    this.#bars.set(pid, { times, at: now, until: now + Math.min(MAX_REST_MS, BAR_MS * 2 ** (times - 1)) });
  }

  /** A worker that says nothing has stopped. */
  #watch() {
    this.#silent += 1;
    const shares = this.#kinds.some((kind) => kind.shares);
    if (this.#silent > (shares ? MAX_SILENCE : MAX_IDLE_SILENCE)) this.#onWorkerEnded();
  }

  #onWorkerEnded() {
    if (this.#fallbacks < MAX_FALLBACKS) return this.#fallBack("worker");
    // No other comes up, and nothing passes what was prepared for it: other connections need none.
    this.#end();
    const links = [...this.#mesh.peers.values()].filter(({ transceivers: { video } }) => video && this.#backend.preparedOf(video.sender));
    this.#backend.stop();
    for (const link of links) link.startOver();
  }

  /** @param {string} trouble */
  #fallBack(trouble) {
    this.#fallbacks += 1;
    this.#silent = 0;
    this.#lastTrouble = trouble;
    this.#restsUntil = performance.now() + Math.min(MAX_REST_MS, REST_MS * 2 ** (this.#fallbacks - 1));
    this.#end();
    // One that works goes on: another would cost every sender a moment.
    if (trouble === "worker") this.#backend.restart();
    this.emit("fallback", { trouble });
  }

  #end() {
    for (const kind of this.#kinds) kind.endAll(this.#backend);
  }

  #stop() {
    this.#life.abort();
    this.#end();
  }
}
