"""The browser's estimate of the link outlives what is negotiated locally and changes of the codec."""

from typing import Any

from playwright.sync_api import Browser

from tests.browser.test_core import harness, open_world

__all__ = ["harness"]

# A sender whose estimate has risen above where it began: its sound is negotiated again, then its codec changes.
CHANGED = """async () => {
  const { mungeSdp } = await import('/static/js/media/adaptation/sdp-munging.js');
  const { switchCodec } = await import('/static/js/media/adaptation/browser-differences.js');
  const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
  near.onicecandidate = ({ candidate }) => candidate && far.addIceCandidate(candidate);
  far.onicecandidate = ({ candidate }) => candidate && near.addIceCandidate(candidate);
  const context = Object.assign(document.createElement('canvas'), { width: 640, height: 360 }).getContext('2d');
  let turn = 0;
  const timer = setInterval(() => {
    turn += 1;
    for (let at = 0; at < 40; at += 1) {
      context.fillStyle = `hsl(${(turn * 9 + at * 31) % 360} 80% 50%)`;
      context.fillRect((at * 97 + turn * 5) % 640, (at * 53 + turn * 3) % 360, 60, 40);
    }
  }, 33);
  near.addTransceiver('audio');
  const transceiver = near.addTransceiver(context.canvas.captureStream(30).getVideoTracks()[0]);
  const change = async (longPackets, first) => {
    await near.setLocalDescription();
    if (first) await far.setRemoteDescription(near.localDescription);
    if (first) await far.setLocalDescription();
    const manner = { longPackets, redundant: false };
    await near.setRemoteDescription({ type: 'answer', sdp: mungeSdp(far.localDescription.sdp, manner, first) });
  };
  const when = async (codec, frames, least) => {
    let seen = '';
    const until = performance.now() + 60_000;
    for (let begun = null; performance.now() < until; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const stats = await near.getStats();
      const all = [...stats.values()];
      const sent = all.find(({ type, kind }) => type === 'outbound-rtp' && kind === 'video');
      // A busy machine nominates several pairs, one after the other; only the one in use has an estimate.
      const pair = stats.get(all.find(({ type }) => type === 'transport')?.selectedCandidatePairId);
      const kbps = (pair?.availableOutgoingBitrate ?? 0) / 1_000;
      seen = `${stats.get(sent?.codecId)?.mimeType}, ${kbps} kbit/s, ${sent?.framesEncoded} frames`;
      if (stats.get(sent?.codecId)?.mimeType !== `video/${codec}` || !(kbps > least)) continue;
      begun ??= sent.framesEncoded;
      if (sent.framesEncoded >= begun + frames) return { width: sent.frameWidth, kbps };
    }
    throw new Error(`${codec}: not within a minute, but ${seen}`);
  };
  await change(true, true);
  const parameters = transceiver.sender.getParameters();
  Object.assign(parameters.encodings[0], { maxBitrate: 700_000 });
  await transceiver.sender.setParameters(parameters);
  await when('VP8', 1, 1_000);
  await switchCodec(transceiver, 'VP9');
  const before = await when('VP9', 10, 1_000);
  await change(false, false);
  await switchCodec(transceiver, 'VP8');
  const after = await when('VP8', 10, 0);
  clearInterval(timer);
  near.close();
  far.close();
  return { before, after };
}"""


def test_the_estimate_of_a_link_survives_a_change_of_the_codec(chromium: Browser, harness: str) -> None:
    page = open_world(chromium, harness)
    seen: dict[str, Any] = page.evaluate(CHANGED)
    page.context.close()
    # An estimate that begins again makes the encoder begin with a small picture.
    assert seen["after"]["width"] == seen["before"]["width"] == 640, seen
    assert seen["after"]["kbps"] > 0.5 * seen["before"]["kbps"], seen
