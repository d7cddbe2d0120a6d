/**
 * The lobby key: what guests' links hold in a room where guests knock. It is derived from the room key and does not lead back to
 * it. It proves to a host's browser that a person came by a link; the room key itself comes from a host, sealed for this one tab,
 * so that a server that admits a person by itself gives them no key. docs/sealed-signaling.md has the bytes.
 */

import { canonical } from "./canonical.js";
import { concat, fromBase64Url, hkdf, sha256, toBase64Url } from "../lib/encoding.js";
import { fixedPart } from "./hello.js";

/** @import { Bytes } from "../lib/encoding.js" */
/** @import { Identity } from "./identity.js" */
/** @import { RoomSeal } from "./room-seal.js" */
/** @typedef {Pick<Identity, "pid" | "publicKey" | "privateKey" | "fingerprint">} Tab */

const NONCE_BYTES = 12;
const ROOM_KEY_BYTES = 32;
const SEALED_BYTES = NONCE_BYTES + ROOM_KEY_BYTES + 16;
const CURVE = { name: "ECDH", namedCurve: "P-256" };

/** The admission does not hold the room's key, or is not for us. */
export class AdmissionRefused extends Error {}

/**
 * @param {Bytes | CryptoKey} roomKey raw, or the HKDF key of the key store @param {string} room the room's slug
 * @param {number} epoch from 1 @returns {Promise<Bytes>} 32 bytes
 */
export function lobbyKey(roomKey, room, epoch) {
  return hkdf(roomKey, `meeting-point/v1/lobby|${room}|${epoch}`, 32);
}

/**
 * Seals the room key (32 bytes) for one tab that knocks. @param {RoomSeal} lobby made with the lobby key @param {Tab} host
 * @param {{fixed: Bytes, publicKey: Bytes}} guest from a verified hello @param {Bytes} roomKey @returns {Promise<string>}
 * @throws {DOMException} when the guest's key is not a point on the curve
 */
export async function sealAdmission(lobby, host, guest, roomKey) {
  const theirs = await crypto.subtle.importKey("raw", guest.publicKey, CURVE, false, []);
  const [key, additionalData] = await admissionKey(lobby, host.privateKey, theirs, host.publicKey, guest.fixed);
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, roomKey);
  return JSON.stringify({ key: toBase64Url(host.publicKey), sealed: toBase64Url(concat(iv, new Uint8Array(sealed))) });
}

/**
 * Accepts only the key from which our lobby key is derived: only its holder can have made this. @throws {AdmissionRefused}
 * @param {RoomSeal} lobby made with the lobby key @param {Tab} guest @param {Bytes | CryptoKey} heldLobbyKey
 * @param {string} body what `sealAdmission` made @returns {Promise<Bytes>} the room key
 */
export async function openAdmission(lobby, guest, heldLobbyKey, body) {
  const { room, epoch } = lobby;
  let roomKey;
  try {
    const { hostKey, sealed } = parse(body);
    const theirs = await crypto.subtle.importKey("raw", hostKey, CURVE, false, []);
    const [key, additionalData] = await admissionKey(lobby, guest.privateKey, theirs, hostKey, fixedPart(lobby, guest));
    const algorithm = { name: "AES-GCM", iv: sealed.slice(0, NONCE_BYTES), additionalData };
    roomKey = new Uint8Array(await crypto.subtle.decrypt(algorithm, key, sealed.slice(NONCE_BYTES)));
  } catch {
    throw new AdmissionRefused("not sealed for this tab");
  }
  const [held, follows] = await Promise.all([check(heldLobbyKey), lobbyKey(roomKey, room, epoch).then(check)]);
  if (held !== follows) throw new AdmissionRefused("not the room's key");
  return roomKey;
}

/** A value to compare two lobby keys by, as one of them cannot be read. @param {Bytes | CryptoKey} key */
async function check(key) {
  return toBase64Url(await hkdf(key, "meeting-point/v1/lobby-check", 16));
}

/**
 * @param {RoomSeal} lobby @param {CryptoKey} mine @param {CryptoKey} theirs @param {Bytes} hostKey @param {Bytes} guestFixed
 * @returns {Promise<[CryptoKey, Bytes]>}
 */
async function admissionKey({ room, epoch, secrets }, mine, theirs, hostKey, guestFixed) {
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, mine, 256));
  const context = canonical("meeting-point/v1/admission", room, epoch, hostKey, guestFixed);
  const input = concat(shared, secrets?.pairs ?? new Uint8Array(0));
  const bytes = await hkdf(input, `meeting-point/v1/admission|${room}|${epoch}`, 32, await sha256(context));
  return [await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]), context];
}

/** @param {string} body @returns {{hostKey: Bytes, sealed: Bytes}} */
function parse(body) {
  const { key, sealed } = JSON.parse(body);
  const parts = { hostKey: fromBase64Url(key), sealed: fromBase64Url(sealed) };
  if (parts.hostKey.length !== 65 || parts.sealed.length !== SEALED_BYTES) throw new RangeError("not an admission");
  return parts;
}
