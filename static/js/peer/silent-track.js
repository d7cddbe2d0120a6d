/**
 * What Firefox sends while there is no microphone any more: without a track the times of its packets stand still, also where the sender
 * is inactive, and the receiver's jitter buffer delays what follows by as much as the pause took. Silence is a packet every 0.4 s (DTX).
 */

/** @type {MediaStreamTrack | undefined} */
let silent;

/** @returns {MediaStreamTrack | null} one for all senders; null: this browser needs none */
export function silentTrack() {
  if (!/Firefox\//.test(globalThis.navigator?.userAgent ?? "")) return null;
  silent ??= makeSilence();
  return silent;
}

function makeSilence() {
  const context = new AudioContext();
  // Its track is silent anyway, and costs nothing while the context is suspended.
  void context.suspend();
  return context.createMediaStreamDestination().stream.getAudioTracks()[0];
}
