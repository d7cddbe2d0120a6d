/** Takes the noise from a microphone's track, in an audio graph of its own. Loaded on demand, with 112 kB of wasm. */

const WORKLET = "media/voice/noise-worklet.js";
const WASM = "../vendor/rnnoise/rnnoise.wasm";
/** What RNNoise was trained for, hertz. */
const RATE = 48_000;

export class NoiseFilter {
  #context;
  #output;

  /**
   * @param {MediaStreamTrack} track stays open, and belongs to the caller
   * @param {{scripts: string, onChanged: () => void}} options scripts: URL of their folder; onChanged: `runs` may differ
   * @returns {Promise<NoiseFilter>} @throws {Error} when anything of it cannot be loaded or used here
   */
  static async open(track, { scripts, onChanged }) {
    const context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
    try {
      const [wasm] = await Promise.all([load(scripts), context.audioWorklet.addModule(new URL(WORKLET, scripts).href)]);
      const options = { numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [1], channelCount: 1, channelCountMode: /** @type {const} */ ("explicit") };
      const node = new AudioWorkletNode(context, "noise", { ...options, processorOptions: { wasm } });
      await new Promise((resolve, reject) => {
        node.port.onmessage = resolve;
        node.onprocessorerror = reject;
      });
      return new NoiseFilter(context, { node, track, onChanged });
    } catch (error) {
      void context.close();
      throw error;
    }
  }

  /** @param {AudioContext} context @param {{node: AudioWorkletNode, track: MediaStreamTrack, onChanged: () => void}} parts */
  constructor(context, { node, track, onChanged }) {
    this.#context = context;
    this.#output = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    context.createMediaStreamSource(new MediaStream([track])).connect(node).connect(this.#output);
    this.track.contentHint = track.contentHint;
    context.addEventListener("statechange", onChanged);
    node.onprocessorerror = () => void context.suspend();
    // Until a press of the person, some browsers keep it suspended.
    const resume = () => void context.resume().catch(() => {});
    for (const type of ["pointerdown", "keydown"]) document.addEventListener(type, resume, { once: true });
    resume();
  }

  /** Whether there is any sound in `track`. */
  get runs() {
    return this.#context.state === "running";
  }

  get track() {
    return /** @type {MediaStreamTrack} */ (this.#output.stream.getAudioTracks()[0]);
  }

  close() {
    this.track.stop();
    if (this.#context.state !== "closed") void this.#context.close();
  }
}

/** @param {string} scripts */
async function load(scripts) {
  const response = await fetch(new URL(WASM, scripts));
  const bytes = await response.arrayBuffer();
  if (!response.ok || !WebAssembly.validate(bytes)) throw new Error("no wasm module");
  return bytes;
}
