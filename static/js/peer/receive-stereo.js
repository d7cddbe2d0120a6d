/**
 * Asks in our own description for sound in stereo (RFC 7587 §6.1). Chromium otherwise decodes to one channel what comes in two;
 * Firefox asks by itself. What is sent depends on the sender: a voice stays mono.
 * @param {string} sdp of a local description, before it is set @returns {string}
 */
export function receiveStereo(sdp) {
  const payloads = new Set([...sdp.matchAll(/^a=rtpmap:(\d+) opus\/48000/gim)].map(([, payload]) => payload));
  return sdp.replace(/^(a=fmtp:(\d+) )([^\r\n]*)/gm, (line, head, payload, rest) => {
    const asked = !payloads.has(payload) || /(?:^|;)\s*stereo=/.test(rest);
    return asked ? line : `${head}${rest};stereo=1`;
  });
}
