/**
 * What a call offers besides the people and their pictures is loaded while nothing else is waited for: on the page before the call,
 * or after the first picture. What others send until then, and what the person does, is kept for it.
 */

import { CatchUp } from "./catch-up.js";
import { text } from "../lib/page.js";
import { toast } from "../lib/toasts.js";
import { EarlyInput } from "./early-input.js";

/** @import { CallSession } from "../../call/session.js" */
/** @import { Observed } from "../../lib/emitter.js" */
/** @typedef {typeof import("./features.js")} FeaturesModule */
/**
 * @typedef {object} LaterOptions
 * @property {Observed[]} emitters besides those of the session: what the features listen to
 * @property {HTMLElement} grid of the tiles @property {boolean} atOnce there is no picture to wait for
 * @property {(module: FeaturesModule) => void} setUp @property {AbortSignal} signal ends with the call
 */

/** The server may go away: then it must be there already, whether a picture has come or not. */
const PICTURE_TIMEOUT_MS = 1_500;
const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 15_000;

/** @type {FeaturesModule | null} */
let loaded = null;
/** @type {Promise<FeaturesModule> | null} */
let loading = null;
/** @type {(value?: unknown) => void} */
let sayLoaded;
/** When they are there: what can wait longer is loaded after them. */
export const featuresLoaded = new Promise((resolve) => (sayLoaded = resolve));

/** A later call tries again what failed. @returns {Promise<FeaturesModule>} @throws {TypeError} it did not come */
export function loadFeatures() {
  loading ??= import("./features.js").then((module) => (loaded = module));
  loading.then(sayLoaded, () => (loading = null));
  return loading;
}

/** Sets the features up: now, or as soon as they are there. @param {CallSession} session that has not heard from anyone yet @param {LaterOptions} options */
export function addFeatures(session, { emitters, grid, atOnce, setUp, signal }) {
  if (loaded) return setUp(loaded);
  const { mesh, socket, link, muteRequests } = session;
  mesh.gate.hold();
  const past = new CatchUp([session, mesh, socket, link, muteRequests, ...emitters]);
  const input = new EarlyInput(signal);
  const loader = new Loader((module) => {
    past.finish(() => setUp(module));
    mesh.gate.release();
    input.repeat();
  }, signal);
  signal.addEventListener("abort", () => past.stop());
  input.on("kept", () => loader.hurry());
  if (atOnce || loading) loader.start();
  session.on("entered", ({ listed }) => (listed.length === 0 ? loader.start() : loader.startWithin(PICTURE_TIMEOUT_MS)), { signal, once: true });
  grid.addEventListener("loadeddata", ({ target }) => target instanceof Element && !target.closest("[data-self=true]") && loader.start(), { signal, capture: true });
}

/** Loads them once, however long that takes. */
class Loader {
  #use;
  #signal;
  #isLoading = false;
  #isDone = false;
  #wait = MIN_RETRY_MS;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {(module: FeaturesModule) => void} use @param {AbortSignal} signal */
  constructor(use, signal) {
    this.#use = use;
    this.#signal = signal;
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
    globalThis.addEventListener("online", () => this.hurry(), { signal });
  }

  /** @param {number} ms */
  startWithin(ms) {
    if (!this.#isLoading && !this.#signal.aborted) this.#timer ??= setTimeout(() => this.start(), ms);
  }

  start() {
    if (!this.#isLoading) void this.#load();
  }

  /** The person wants something of it. */
  hurry() {
    this.#wait = MIN_RETRY_MS;
    clearTimeout(this.#timer);
    this.start();
  }

  async #load() {
    this.#isLoading = true;
    clearTimeout(this.#timer);
    const module = await loadFeatures().catch(() => null);
    if (this.#isDone || this.#signal.aborted) return;
    this.#isLoading = false;
    if (module === null) return this.#retry();
    this.#isDone = true;
    this.#isLoading = true;
    this.#use(module);
  }

  #retry() {
    if (this.#wait === MIN_RETRY_MS) toast(text("stop.load.title"), undefined, "features");
    this.#timer = setTimeout(() => this.start(), this.#wait);
    this.#wait = Math.min(2 * this.#wait, MAX_RETRY_MS);
  }
}
