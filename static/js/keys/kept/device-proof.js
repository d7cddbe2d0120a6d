/**
 * How a browser proves its lasting key to one peer: a signature over both ends of the pair. It goes over their own connection, so the
 * tab key vouches for the device key as the device key does for the tab key. docs/sealed-signaling.md has the bytes.
 */

import { canonical } from "../canonical.js";
import { fromBase64Url, toBase64Url } from "../../lib/encoding.js";
import { ECDSA } from "./device-key.js";

/** @import { Bytes } from "../../lib/encoding.js" */
/** @import { SasPair } from "../sas-code.js" */
/** @import { DeviceKey } from "./device-key.js" */

/** @typedef {{key: Bytes, signature: Bytes} | "none"} SentProof key: 65 bytes, uncompressed; signature: 64 bytes (IEEE P1363); none: without a device key */

const KEY_CHARACTERS = 87;
const SIGNATURE_CHARACTERS = 86;
export const NO_DEVICE = Object.freeze({ none: true });

/** @param {DeviceKey} device @param {SasPair} pair @param {string} from our pid @returns {Promise<{key: string, signature: string}>} */
export async function writeProof({ privateKey, publicKey }, pair, from) {
  const signature = await crypto.subtle.sign(ECDSA, privateKey, signed(pair, from, publicKey));
  return { key: toBase64Url(publicKey), signature: toBase64Url(new Uint8Array(signature)) };
}

/** Reads a payload of the topic `device`; null when anything is out of bounds. @param {any} payload @returns {SentProof | null} */
export function readProof(payload) {
  const { none, key, signature } = payload ?? {};
  if (none === true) return "none";
  if (typeof key !== "string" || key.length !== KEY_CHARACTERS) return null;
  if (typeof signature !== "string" || signature.length !== SIGNATURE_CHARACTERS) return null;
  try {
    return { key: fromBase64Url(key), signature: fromBase64Url(signature) };
  } catch {
    return null;
  }
}

/**
 * Names the device that a peer has proved to be, or null. @param {Exclude<SentProof, "none">} proof @param {SasPair} pair
 * @param {string} from their pid @returns {Promise<string | null>} its public key, base64url
 */
export async function provedDevice({ key, signature }, pair, from) {
  try {
    const publicKey = await crypto.subtle.importKey("raw", key, ECDSA, false, ["verify"]);
    return (await crypto.subtle.verify(ECDSA, publicKey, signature, signed(pair, from, key))) ? toBase64Url(key) : null;
  } catch {
    return null; // not a point on the curve
  }
}

/** @param {SasPair} pair @param {string} pid the signer @param {Bytes} key */
function signed({ seal, low, high }, pid, key) {
  const [from, to] = pid === low.pid ? [low, high] : [high, low];
  return canonical("meeting-point/v1/device", seal.room, key, from.fixed, to.fixed);
}
