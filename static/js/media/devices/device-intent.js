/**
 * What a person wants of one device, and what follows: a pure state machine for microphone, camera and screen. A press or a choice
 * changes the intent at once; the device follows. A request that the browser has not answered is never repeated: its answer is
 * used if it still fits the intent, and stopped if not.
 */

/** @import { DeviceCause } from "./device-errors.js" */
/** @typedef {"audio" | "video" | "screen"} IntentKind */

/**
 * @typedef {object} Request one device is being opened
 * @property {number} token
 * @property {string | null} deviceId null: any
 * @property {string | null} chosen the choice when it began
 * @property {readonly (string | null)[]} tried devices that failed before it
 * @property {DeviceCause | null} cause of the first failure
 * @property {"press" | "choose" | "lost" | "reopen"} why
 * @property {boolean} waiting the browser is not asked yet
 * @property {boolean} calledOff the call ended meanwhile
 */

/**
 * @typedef {object} Intent
 * @property {IntentKind} kind
 * @property {boolean} wanted on or off, as last pressed; a failure turns it off
 * @property {boolean} ended until `begin`, nothing is opened
 * @property {string | null} chosen device id; null: any
 * @property {string | null} confirmed the last choice that could be opened
 * @property {string | null} worked id of the last device that was opened
 * @property {string | null} held id of the open device; null: none
 * @property {Request | null} request
 * @property {readonly number[]} breaks when the device stopped by itself, ms
 * @property {number} tokens given out
 */

/**
 * id: of the device that was opened · gone: the device is not listed any more · now: ms, monotonic · cause of `lost`: the permission
 * was withdrawn · dropped: the browser was not asked, because the request had been called off
 * @typedef {{type: "press", on: boolean} | {type: "choose", deviceId: string} | {type: "opened", token: number, id: string}
 *   | {type: "failed", token: number, cause: DeviceCause} | {type: "dropped", token: number} | {type: "due", token: number}
 *   | {type: "lost", now: number, gone: boolean, cause: DeviceCause | null} | {type: "reopen"} | {type: "end"}
 *   | {type: "begin", on: boolean}} IntentEvent
 */

/**
 * keep, discard: what was opened · release: the open device · fallback: a device that no one asked for may be opened, so not a
 * loopback · say "returned": the chosen device cannot be used, the former one is · say "fallback": another device replaces the
 * chosen one ("absent") or the one in use, which was lost ("failed")
 * @typedef {{do: "open", token: number, deviceId: string | null, fallback: boolean} | {do: "wait", token: number, ms: number}
 *   | {do: "keep"} | {do: "discard"} | {do: "release"} | {do: "enable", on: boolean} | {do: "save", deviceId: string | null}
 *   | {do: "say", what: "failed" | "returned" | "fallback", cause: DeviceCause, deviceId: string | null}} Effect
 */

/** Pauses before a device that stopped by itself is opened again, ms; after these it is off. */
const PAUSES_MS = Object.freeze([0, 1_000, 4_000]);
const BREAKS_WITHIN_MS = 5 * 60_000;

/** After the others, another device would be refused as well. @type {readonly DeviceCause[]} */
const ABOUT_THE_DEVICE = ["busy", "absent", "failed", "unknown"];

/** @param {IntentKind} kind @param {string | null} [chosen] @returns {Intent} off */
export function newIntent(kind, chosen = null) {
  const nothing = { confirmed: null, worked: null, held: null, request: null };
  return { kind, wanted: false, ended: false, chosen, ...nothing, breaks: [], tokens: 0 };
}

/** @param {Intent} before @param {IntentEvent} event @returns {{intent: Intent, effects: Effect[]}} */
export function step(before, event) {
  const move = new Step(before);
  move.take(event);
  return { intent: move.intent, effects: move.effects };
}

class Step {
  intent;
  /** @type {Effect[]} */
  effects = [];

  /** @param {Intent} before */
  constructor(before) {
    this.intent = { ...before };
  }

  /** @param {IntentEvent} event */
  take(event) {
    switch (event.type) {
      case "press":
        return this.#press(event.on);
      case "choose":
        return this.#choose(event.deviceId);
      case "opened":
        return this.#opened(event.token, event.id);
      case "failed":
        return this.#failed(event.token, event.cause);
      case "dropped":
        return void this.#endRequest(event.token);
      case "due":
        return this.#due(event.token);
      case "lost":
        return this.#lost(event);
      case "reopen":
        return this.#reopen();
      case "end":
        return this.#end();
      case "begin":
        this.intent.ended = false;
        return this.#press(event.on);
    }
  }

  /** @param {boolean} on */
  #press(on) {
    const { intent } = this;
    Object.assign(intent, { wanted: on, breaks: [] });
    this.#stopWaiting();
    if (intent.ended) return;
    if (!on) return this.#switchOff();
    if (intent.held !== null) this.effects.push({ do: "enable", on: true });
    if (intent.request !== null) intent.request = { ...intent.request, calledOff: false };
    else if (intent.held === null) this.#open("press");
  }

  /** Only a choice: what is off stays off. @param {string} deviceId */
  #choose(deviceId) {
    Object.assign(this.intent, { chosen: deviceId, breaks: [] });
    this.effects.push({ do: "save", deviceId });
    this.#stopWaiting();
    // A request under way does not fit any more, and is dealt with when it is answered.
    if (this.intent.request === null) this.#useChosen();
  }

  /** Opens the chosen device, unless it is open or none is in use. A muted microphone is in use. */
  #useChosen() {
    const { intent } = this;
    if (intent.ended || (!intent.wanted && intent.held === null)) return;
    if (intent.held !== null && intent.held === intent.chosen) intent.confirmed = intent.chosen;
    else this.#open("choose");
  }

  /** @param {number} token @param {string} id */
  #opened(token, id) {
    const { intent, effects } = this;
    const request = this.#endRequest(token);
    const unwanted = request?.calledOff || intent.ended || (!intent.wanted && intent.kind !== "audio");
    if (request === null || unwanted) return void effects.push({ do: "discard" });
    if (request.chosen !== intent.chosen) {
      effects.push({ do: "discard" });
      return this.#useChosen();
    }
    const replaces = intent.worked !== id;
    const inUse = intent.wanted || intent.held !== null;
    // A screen has no former one: each is asked for.
    Object.assign(intent, { held: id, worked: intent.kind === "screen" ? null : id });
    effects.push({ do: "keep" }, { do: "enable", on: intent.wanted });
    if (request.tried.length === 0) {
      intent.confirmed = intent.chosen;
      if (inUse && replaces && request.why === "lost") this.#say("fallback", "failed", id);
    } else if (inUse && (request.cause !== "absent" || request.why === "choose")) {
      this.#returnToFormer(/** @type {DeviceCause} */ (request.cause));
    } else if (inUse && replaces) {
      this.#say("fallback", request.why === "lost" ? "failed" : "absent", id);
    }
  }

  /** @param {number} token @param {DeviceCause} failure */
  #failed(token, failure) {
    const { intent } = this;
    const request = this.#endRequest(token);
    if (request === null || request.calledOff || intent.ended) return;
    const inUse = intent.wanted || intent.held !== null;
    if (!inUse) return;
    const aboutTheDevice = ABOUT_THE_DEVICE.includes(failure);
    if (request.chosen !== intent.chosen && aboutTheDevice) return this.#useChosen();
    const cause = request.cause ?? failure;
    if (intent.held !== null) return request.why === "choose" ? this.#returnToFormer(cause) : undefined;
    const tried = [...request.tried, request.deviceId];
    const { worked } = intent;
    // The former one needed no question a moment ago.
    if (worked !== null && !tried.includes(worked) && (aboutTheDevice || request.why === "choose")) {
      return this.#open(request.why, { deviceId: worked, tried, cause });
    }
    if (cause === "absent" && aboutTheDevice && !tried.includes(null)) {
      return this.#open(request.why, { deviceId: null, tried, cause });
    }
    this.#giveUp(cause);
  }

  /** @param {{now: number, gone: boolean, cause: DeviceCause | null}} loss */
  #lost({ now, gone, cause }) {
    const { intent } = this;
    intent.held = null;
    this.effects.push({ do: "release" });
    if (intent.kind === "screen") intent.wanted = false;
    if (!intent.wanted || intent.ended || intent.request !== null) return;
    if (cause !== null) return this.#giveUp(cause);
    intent.breaks = [...intent.breaks.filter((at) => now - at < BREAKS_WITHIN_MS), now];
    const pause = PAUSES_MS[intent.breaks.length - 1];
    if (pause === undefined) return this.#giveUp("unstable");
    if (pause === 0 || gone) return this.#open("lost");
    const token = this.#newRequest("lost", { waiting: true });
    this.effects.push({ do: "wait", token, ms: pause });
  }

  /** @param {number} token of a pause that is over */
  #due(token) {
    if (this.intent.request?.token !== token || !this.intent.request.waiting) return;
    this.intent.request = null;
    this.#open("lost");
  }

  #reopen() {
    const { wanted, held, request } = this.intent;
    if (wanted && held !== null && request === null) this.#open("reopen");
  }

  #end() {
    const { intent } = this;
    intent.ended = true;
    this.#stopWaiting();
    if (intent.request !== null) intent.request = { ...intent.request, calledOff: true };
    if (intent.held !== null) this.#release();
  }

  #switchOff() {
    const { kind, held } = this.intent;
    if (held === null) return;
    if (kind === "audio") this.effects.push({ do: "enable", on: false });
    else this.#release();
  }

  #release() {
    this.intent.held = null;
    this.effects.push({ do: "release" });
  }

  /** @param {Request["why"]} why @param {Partial<Request>} [more] */
  #open(why, more = {}) {
    // Firefox and phones open only one camera at a time.
    if (this.intent.kind !== "audio" && this.intent.held !== null) this.#release();
    const token = this.#newRequest(why, more);
    const { deviceId, tried } = /** @type {Request} */ (this.intent.request);
    this.effects.push({ do: "open", token, deviceId, fallback: tried.length > 0 || why === "lost" });
  }

  /** @param {Request["why"]} why @param {Partial<Request>} more @returns {number} its token */
  #newRequest(why, more) {
    const { intent } = this;
    intent.tokens += 1;
    const first = { deviceId: intent.chosen, tried: [], cause: null, waiting: false };
    intent.request = { ...first, token: intent.tokens, chosen: intent.chosen, why, calledOff: false, ...more };
    return intent.tokens;
  }

  /** @param {number} token @returns {Request | null} null: an answer to nothing */
  #endRequest(token) {
    const { request } = this.intent;
    if (request?.token !== token || request.waiting) return null;
    this.intent.request = null;
    return request;
  }

  #stopWaiting() {
    if (this.intent.request?.waiting) this.intent.request = null;
  }

  /** @param {DeviceCause} cause */
  #returnToFormer(cause) {
    const { intent } = this;
    this.#say("returned", cause, intent.chosen);
    intent.chosen = intent.confirmed;
    this.effects.push({ do: "save", deviceId: intent.chosen });
  }

  /** @param {DeviceCause} cause */
  #giveUp(cause) {
    this.intent.wanted = false;
    this.#say("failed", cause, this.intent.chosen);
  }

  /** @param {"failed" | "returned" | "fallback"} what @param {DeviceCause} cause @param {string | null} deviceId */
  #say(what, cause, deviceId) {
    this.effects.push({ do: "say", what, cause, deviceId });
  }
}
