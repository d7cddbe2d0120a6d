/** The parts of a safety code: commitment, code, proof of confirmation. Bytes and test vectors: docs/sealed-signaling.md. */

import { canonical } from "./canonical.js";
import { concat, hkdf, sha256, toUtf8 } from "../lib/encoding.js";

/** @import { Bytes } from "../lib/encoding.js" */
/** @typedef {{pid: string, fixed: Bytes, fingerprint: string}} End fixed: part of the hello; fingerprint: of the certificate */

/**
 * @typedef {{seal: {room: string, epoch: number}, low: End, high: End, shared: CryptoKey, check: CryptoKey}} SasPair
 * Same on both ends. low: its pid sorts first, it begins; shared: ECDH of the tab keys, for HKDF; check: HMAC key of the pair
 */

/** @typedef {{low: Bytes, high: Bytes}} Nonces of 32 bytes each */

/**
 * @typedef {object} SafetyCode
 * @property {number[]} emoji seven indices, 0 to 63, into the table of the Matrix specification
 * @property {string[]} numbers three groups of four digits, for people who prefer to read numbers
 */

/**
 * Commits `low` to its nonce before it has seen the other's, so that neither side can choose a nonce for the code it wants.
 * @param {SasPair} pair @param {Bytes} nonce @returns {Promise<Bytes>}
 */
export function commitment({ seal, low, high }, nonce) {
  return sha256(canonical("meeting-point/v1/sas-commit", seal.room, seal.epoch, low.fixed, high.fixed, nonce));
}

/**
 * Both forms come from the same 42 bits; the numbers are their remainder by 10^12, 39.9 bits.
 * @param {SasPair} pair @param {Nonces} nonces @returns {Promise<SafetyCode>}
 */
export async function safetyCode({ low, high, shared }, nonces) {
  const info = concat(toUtf8("meeting-point/v1/sas"), await sha256(concat(low.fixed, high.fixed)));
  const bytes = await hkdf(shared, info, 6, concat(nonces.low, nonces.high));
  const bits = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) >> 6n;
  const emoji = Array.from({ length: 7 }, (_, place) => Number((bits >> BigInt(36 - 6 * place)) & 63n));
  const digits = String(bits % 10n ** 12n).padStart(12, "0");
  return { emoji, numbers: [digits.slice(0, 4), digits.slice(4, 8), digits.slice(8)] };
}

/**
 * Proves to the other end that the person at `from` has pressed "They match" for these certificates and this code.
 * @param {SasPair} pair @param {Nonces} nonces @param {string} from pid @returns {Promise<Bytes>} 32 bytes
 */
export async function confirmation(pair, nonces, from) {
  return new Uint8Array(await crypto.subtle.sign("HMAC", pair.check, confirmed(pair, nonces, from)));
}

/** Checks such a proof. @param {SasPair} pair @param {Nonces} nonces @param {string} from @param {Bytes} mac */
export function isConfirmation(pair, nonces, from, mac) {
  return crypto.subtle.verify("HMAC", pair.check, mac, confirmed(pair, nonces, from));
}

/** @param {SasPair} pair @param {Nonces} nonces @param {string} pid */
function confirmed({ seal, low, high }, nonces, pid) {
  const [from, to] = pid === low.pid ? [low, high] : [high, low];
  const names = [seal.room, seal.epoch, from.pid, to.pid, from.fingerprint, to.fingerprint];
  return canonical("meeting-point/v1/sas-confirm", ...names, nonces.low, nonces.high);
}
