/** This tab's identity in a call: an ECDH key and a DTLS certificate that live as long as the tab and are never stored. */

import { sha256, toBase64Url } from "../lib/encoding.js";

/** @import { Bytes } from "../lib/encoding.js" */

/**
 * @typedef {object} Identity
 * @property {string} pid first 16 bytes of SHA-256 of the public key, base64url: 22 characters, self-certifying
 * @property {Bytes} publicKey the raw uncompressed point, 65 bytes
 * @property {CryptoKey} privateKey non-extractable ECDH P-256
 * @property {RTCCertificate} certificate for every connection of this tab
 * @property {string} fingerprint SHA-256 of the certificate, upper-case hex with colons as in SDP (RFC 8122)
 */

/** @returns {Promise<Identity>} */
export async function makeIdentity() {
  const [pair, certificate] = await Promise.all([
    crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]),
    RTCPeerConnection.generateCertificate(/** @type {EcKeyGenParams} */ ({ name: "ECDSA", namedCurve: "P-256" })),
  ]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const pid = toBase64Url((await sha256(publicKey)).slice(0, 16));
  return { pid, publicKey, privateKey: pair.privateKey, certificate, fingerprint: await fingerprintOf(certificate) };
}

/** Firefox lacks `getFingerprints()`: an unused offer, which opens no socket, names it. @param {RTCCertificate} certificate */
async function fingerprintOf(certificate) {
  const known = certificate.getFingerprints?.().find(({ algorithm }) => algorithm === "sha-256")?.value;
  if (known) return known.toUpperCase();
  const connection = new RTCPeerConnection({ certificates: [certificate] });
  try {
    connection.createDataChannel("");
    const { sdp = "" } = await connection.createOffer();
    return (/^a=fingerprint:sha-256 ([0-9A-Fa-f:]+)/m.exec(sdp)?.[1] ?? "").toUpperCase();
  } finally {
    connection.close();
  }
}
