/** A few seconds of the own microphone, kept on this device until they have been played. */

/**
 * Records also a microphone that is off for the others.
 * @param {MediaStreamTrack} track @param {number} ms @param {AbortSignal} signal ends it early @returns {Promise<Blob>}
 */
export async function recordSample(track, ms, signal) {
  const copy = track.clone();
  copy.enabled = true;
  const recorder = new MediaRecorder(new MediaStream([copy]));
  /** @type {Blob[]} */
  const parts = [];
  recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
  const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
  const stop = () => recorder.state !== "inactive" && recorder.stop();
  try {
    recorder.start();
    signal.addEventListener("abort", stop, { once: true });
    const timer = setTimeout(stop, ms);
    await stopped;
    clearTimeout(timer);
  } finally {
    copy.stop();
  }
  return new Blob(parts, { type: recorder.mimeType });
}
