/**
 * Everything on the page that shows or plays media: tiles, shared screens, the own preview, chimes. The chosen speaker, muting
 * for oneself, refused autoplay and the end of a call reach all of them, also those that are added later.
 */

import { Emitter } from "../../lib/emitter.js";
import { MediaOutput } from "./media-output.js";
import { Sink } from "./sink.js";

/** @import { Offer, OutputOwner, VideoElement } from "./media-output.js" */
/** @import { SinkTarget } from "./sink.js" */
/** @typedef {{silenced: boolean, picture: boolean, volume?: number}} PersonMedia silenced: muted by oneself; picture: the camera is on; volume: percent */

/** @type {Readonly<PersonMedia>} */
const USUAL = Object.freeze({ silenced: false, picture: true });

/**
 * @typedef {object} MediaOutputsEvents
 * @property {{offer: Offer}} changed what `resume()` would bring back has changed
 * @property {{deviceId: string}} sink-refused this speaker cannot be used
 */

/** @extends {Emitter<MediaOutputsEvents>} */
export class MediaOutputs extends Emitter {
  /** @type {Map<VideoElement, MediaOutput>} */
  #outputs = new Map();
  /** @type {Map<AudioContext, Sink>} */
  #contexts = new Map();
  /** @type {Map<string, PersonMedia>} by pid */
  #people = new Map();
  #speaker = "";
  /** @type {Offer} */
  #offer = "";

  constructor() {
    super();
    document.addEventListener("visibilitychange", () => !document.hidden && this.#restart());
  }

  /** @returns {Offer} what a press of the person would bring back */
  get offer() {
    return this.#offer;
  }

  /** @param {VideoElement} element @param {OutputOwner} owner */
  add(element, owner) {
    if (this.#outputs.has(element)) return;
    const onChanged = () => this.#updateOffer();
    const output = new MediaOutput(element, owner, { onChanged, onSinkRefused: (deviceId) => this.#onSinkRefused(deviceId) });
    this.#outputs.set(element, output);
    output.useSpeaker(this.#speaker);
    this.#applyPerson(output);
  }

  /** Plays a stream in an element that was added. @param {VideoElement} element @param {MediaStream | null} stream null: none */
  play(element, stream) {
    void this.#outputs.get(element)?.play(stream);
  }

  /** @param {VideoElement} element */
  remove(element) {
    this.#outputs.get(element)?.remove();
    this.#outputs.delete(element);
    this.#updateOffer();
  }

  /** Holds for the present and later elements of this person. @param {string} pid @param {PersonMedia} media */
  setPerson(pid, media) {
    this.#people.set(pid, media);
    for (const output of this.#outputs.values()) if (output.owner.pid === pid) this.#applyPerson(output);
  }

  /** @param {string} pid */
  removePerson(pid) {
    this.#people.delete(pid);
    this.#removeWhere((owner) => owner.pid === pid);
  }

  /** The call is over: only the own preview stays. */
  removeEveryone() {
    this.#people.clear();
    this.#removeWhere(({ pid }) => pid !== "");
    /** @type {{documentPictureInPicture?: {window: Window | null}}} */ (globalThis).documentPictureInPicture?.window?.close();
  }

  /** @param {AudioContext} context plays sounds */
  addContext(context) {
    const sink = new Sink(/** @type {SinkTarget} */ (context), (deviceId) => this.#onSinkRefused(deviceId));
    this.#contexts.set(context, sink);
    sink.use(this.#speaker);
  }

  /** @param {AudioContext} context */
  removeContext(context) {
    this.#contexts.delete(context);
  }

  /** @param {string} deviceId "": the system's default */
  useSpeaker(deviceId) {
    this.#speaker = deviceId;
    for (const output of this.#outputs.values()) output.useSpeaker(deviceId);
    for (const sink of this.#contexts.values()) sink.use(deviceId);
  }

  /** Plays everything, with sound; call it from a user gesture. */
  resume() {
    for (const output of this.#outputs.values()) void output.resume();
    this.#resumeContexts();
  }

  #restart() {
    for (const output of this.#outputs.values()) void output.restart();
    this.#resumeContexts();
  }

  #resumeContexts() {
    for (const context of this.#contexts.keys()) context.resume().catch(() => {});
  }

  /** @param {MediaOutput} output */
  #applyPerson(output) {
    const { silenced, picture, volume = 100 } = this.#people.get(output.owner.pid) ?? USUAL;
    output.silence(silenced);
    output.setVolume(volume);
    output.setPicture(picture || output.owner.source === "screen");
  }

  /** @param {(owner: OutputOwner) => boolean} matches */
  #removeWhere(matches) {
    for (const [element, { owner }] of this.#outputs) if (matches(owner)) this.remove(element);
  }

  /** @param {string} deviceId */
  #onSinkRefused(deviceId) {
    if (deviceId === this.#speaker) this.emit("sink-refused", { deviceId });
  }

  #updateOffer() {
    const offers = [...this.#outputs.values()].map(({ offer }) => offer);
    const offer = offers.find((one) => one === "sound") ?? offers.find((one) => one === "play") ?? "";
    if (offer === this.#offer) return;
    this.#offer = offer;
    this.emit("changed", { offer });
  }
}
