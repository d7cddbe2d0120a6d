"""What a page is asked, in its own language, about the sounds and notices of a call."""

# What plays outside of the tiles, and which notes.
WATCH_SOUNDS = """() => {
  Object.assign(globalThis, { played: [], notes: [] });
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function () {
    if (this instanceof HTMLAudioElement) played.push(this);
    return play.call(this);
  };
  const { start } = AudioScheduledSourceNode.prototype;
  AudioScheduledSourceNode.prototype.start = function (...when) {
    if (this instanceof OscillatorNode) notes.push(Math.round(this.frequency.value));
    return start.apply(this, when);
  };
}"""
# How much louder the last of these plays than the person's stream is, by the power of two seconds.
GAIN = """async (video) => {
  const context = new AudioContext();
  const samples = new Float32Array(2048);
  const analysers = [video.srcObject, played.at(-1).srcObject].map((stream) => {
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    return analyser;
  });
  const sums = [0, 0];
  for (let at = 0; at < 60; at += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const [which, analyser] of analysers.entries()) {
      analyser.getFloatTimeDomainData(samples);
      sums[which] += samples.reduce((sum, sample) => sum + sample * sample, 0);
    }
  }
  await context.close();
  return Math.sqrt(sums[1] / sums[0]);
}"""
NO_GRAPH = """() => {
  globalThis.graph = AudioContext;
  globalThis.AudioContext = class { constructor() { throw new Error('none'); } };
}"""
BARS_ARE_STILL = (
    "() => [...document.querySelectorAll('mp-meter')].every((bar) => bar.style.getPropertyValue('--level') === '0')"
)
# The loudest moment of what plays, of the next two seconds.
LOUDEST = """async () => {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(played.at(-1).captureStream()).connect(analyser);
  const samples = new Float32Array(2048);
  let loudest = 0;
  for (let at = 0; at < 100 && loudest < 0.05; at += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    analyser.getFloatTimeDomainData(samples);
    loudest = Math.max(loudest, ...samples);
  }
  await context.close();
  return loudest;
}"""
# Audio graphs wake the processor hundreds of times a second: outside of what uses them none may run.
KEEP_GRAPHS = """{
  const Graph = AudioContext;
  globalThis.graphs = [];
  globalThis.AudioContext = class extends Graph {
    constructor(...options) {
      super(...options);
      graphs.push(this);
    }
  };
}"""
AT_REST = "() => graphs.every(({ state }) => state !== 'running')"
KEEP_NOTICES = """() => {
  globalThis.noticed = [];
  const look = (notes) => {
    for (const note of notes) if (note.dataset?.subject === 'muted') noticed.push(performance.now());
  };
  new MutationObserver((changes) => changes.forEach(({ addedNodes }) => look(addedNodes))).observe(
    document.getElementById('toasts'), { childList: true });
}"""
APART = "() => noticed.length > 1 && noticed.every((at, index) => index === 0 || at - noticed[index - 1] >= 60_000)"
A_MINUTE_LATER = """() => {
  const now = performance.now.bind(performance);
  performance.now = () => now() + 60_000;
}"""
PRESS_M = """(button) => button.dispatchEvent(
  new KeyboardEvent('keydown', { code: 'Semicolon', key: 'm', bubbles: true, cancelable: true }))"""
# Statistics of what is heard or said, of the type that is wanted.
READ_SOUND = """const [peer] = meetingPoint.mesh.peers.values();
  const read = async (wanted) =>
    [...(await peer.getStats()).values()].find(({ type, kind }) => type === wanted && kind === "audio");"""
# By how many ms the jitter buffer wishes to delay the sound, in the worst of so many seconds.
WISHED_DELAY = f"""async (seconds) => {{
  {READ_SOUND}
  let worst = 0;
  let before = await read("inbound-rtp");
  for (let second = 0; second < seconds; second += 1) {{
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const now = await read("inbound-rtp");
    const emitted = now.jitterBufferEmittedCount - before.jitterBufferEmittedCount;
    const wished = 1_000 * (now.jitterBufferTargetDelay - before.jitterBufferTargetDelay);
    if (emitted > 0) worst = Math.max(worst, wished / emitted);
    before = now;
  }}
  return worst;
}}"""
