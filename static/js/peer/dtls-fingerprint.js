/** Certificate pinning: a connection must end at the certificate that the peer's hello named, and at no other. */

/**
 * Whether every `a=fingerprint` line of a session description, and at least one, names exactly this fingerprint.
 * @param {string} sdp @param {string} fingerprint SHA-256, upper-case hex with colons @returns {boolean}
 */
export function allFingerprintsMatch(sdp, fingerprint) {
  const named = sdp.split(/[\r\n]+/).filter((line) => /^\s*a\s*=\s*fingerprint/i.test(line));
  const wanted = `a=fingerprint:sha-256 ${fingerprint}`.toUpperCase();
  return named.length > 0 && named.every((line) => line.trimEnd().toUpperCase() === wanted);
}

/**
 * @param {RTCPeerConnection} connection open @returns {Promise<string | null>} null in Firefox, which does not expose it: there
 *   the browser has compared the certificate with the description, whose fingerprint we have checked
 */
export async function remoteFingerprint(connection) {
  const transport = connection.sctp?.transport ?? connection.getSenders()[0]?.transport;
  const certificate = transport?.getRemoteCertificates?.()[0];
  if (certificate === undefined) return null;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", certificate));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":");
}
