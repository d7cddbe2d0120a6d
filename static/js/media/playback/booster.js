/**
 * Plays a track louder than an element can: through a gain, into an element of its own, which knows the chosen speaker also where
 * an audio context does not. The track has to stay in its own element, muted, too: Chromium feeds no audio graph without.
 */

/** @import { Sink } from "./sink.js" */

/** One for all: browsers limit how many there are. @type {AudioContext | null} */
let shared = null;
/** Without any, the graph rests. @type {Set<Booster>} */
const playing = new Set();

export class Booster {
  #context = (shared ??= new AudioContext());
  #gain = new GainNode(this.#context);
  #output = new MediaStreamAudioDestinationNode(this.#context);
  #element = new Audio();
  #sink;
  #onChanged;
  /** @type {MediaStreamAudioSourceNode | null} */
  #source = null;
  /** @type {MediaStreamTrack | null} */
  #track = null;
  #plays = false;

  /** @param {{makeSink: (element: HTMLAudioElement) => Sink, onChanged: () => void}} options onChanged: `plays` has changed */
  constructor({ makeSink, onChanged }) {
    this.#sink = makeSink(this.#element);
    this.#onChanged = onChanged;
    this.#gain.connect(this.#output);
    this.#element.srcObject = this.#output.stream;
    this.#element.addEventListener("playing", () => this.#setPlays(this.#track !== null));
    this.#element.addEventListener("pause", () => this.#setPlays(false));
  }

  get plays() {
    return this.#plays;
  }

  /** @param {MediaStreamTrack | null} track null: none @param {{gain: number, muted: boolean, speaker: string}} manner */
  play(track, { gain, muted, speaker }) {
    this.#gain.gain.value = gain;
    this.#element.muted = muted;
    this.#sink.use(speaker);
    if (track === this.#track) return;
    this.#track = track;
    this.#source?.disconnect();
    this.#source = track && this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source?.connect(this.#gain);
    if (track === null) return this.#rest();
    playing.add(this);
    // What the browser refuses is heard from the element, as loud as that can.
    this.#context.resume().catch(() => {});
    this.#element.play().then(() => this.#setPlays(this.#track !== null)).catch(() => {});
  }

  close() {
    this.play(null, { gain: 1, muted: true, speaker: "" });
    this.#element.srcObject = null;
    this.#gain.disconnect();
  }

  #rest() {
    playing.delete(this);
    if (playing.size === 0) this.#context.suspend().catch(() => {});
    this.#setPlays(false);
    this.#element.pause();
  }

  /** @param {boolean} plays */
  #setPlays(plays) {
    if (plays === this.#plays) return;
    this.#plays = plays;
    this.#onChanged();
  }
}
