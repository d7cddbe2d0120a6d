"""Which side of a stream is heard."""

from playwright.sync_api import Locator

# How much louder the left is than the right, dB, as soon as that is much: what was sent before plays a little longer.
LEFT_OVER_RIGHT = """async (video) => {
  const context = new AudioContext();
  await context.resume();
  const splitter = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
  const source = context.createMediaStreamSource(video.srcObject);
  source.channelCountMode = "max";
  source.connect(splitter);
  const analysers = [0, 1].map((side) => {
    const analyser = new AnalyserNode(context, { fftSize: 2048 });
    splitter.connect(analyser, side);
    return analyser;
  });
  const samples = new Float32Array(2048);
  const power = (analyser) => {
    analyser.getFloatTimeDomainData(samples);
    return samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  };
  let difference = 0;
  for (let at = 0; at < 300 && difference < 15; at += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [left, right] = analysers.map(power);
    if (left > 1e-3) difference = 10 * Math.log10(left / (right + 1e-9));
  }
  await context.close();
  return difference;
}"""


def left_over_right(video: Locator) -> float:
    """Say how much louder the left side of what this element plays is, dB: at once when it is, or after 15 seconds."""
    difference: float = video.evaluate(LEFT_OVER_RIGHT)
    return difference
