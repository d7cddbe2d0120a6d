/** A pair of connections within this page. */

/** kbit/s: more than any picture of the ladder. What is not sent is not measured: without this, the estimate would stay where it starts. */
const ROOM_KBPS = 4_000;
const ROOM = `x-google-start-bitrate=${ROOM_KBPS};x-google-min-bitrate=${ROOM_KBPS}`;

/**
 * Connects them, or negotiates again.
 * @param {RTCPeerConnection} near sends @param {RTCPeerConnection} far
 */
export async function negotiate(near, far) {
  await near.setLocalDescription();
  await far.setRemoteDescription(/** @type {RTCSessionDescription} */ (near.localDescription));
  await far.setLocalDescription();
  const { sdp } = /** @type {RTCSessionDescription} */ (far.localDescription);
  await near.setRemoteDescription({ type: "answer", sdp: withRoom(sdp) });
}

/** @param {RTCPeerConnection} near @param {RTCPeerConnection} far */
export function exchangeCandidates(near, far) {
  for (const [from, to] of [[near, far], [far, near]]) {
    from.addEventListener("icecandidate", ({ candidate }) => candidate && to.addIceCandidate(candidate).catch(() => {}));
  }
}

/** @param {string} sdp @returns {string} whose codecs may have as much as they are asked to */
export function withRoom(sdp) {
  const payloads = [...sdp.matchAll(/^a=rtpmap:(\d+) (?:VP8|VP9|AV1|H264)\//gim)].map(([, payload]) => payload);
  return payloads.reduce((amended, payload) => {
    const line = new RegExp(`^a=fmtp:${payload} [^\\r\\n]*`, "m");
    if (line.test(amended)) return amended.replace(line, (parameters) => `${parameters};${ROOM}`);
    return amended.replace(new RegExp(`^a=rtpmap:${payload} [^\\r\\n]*`, "m"), (map) => `${map}\r\na=fmtp:${payload} ${ROOM}`);
  }, sdp);
}
