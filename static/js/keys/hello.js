/**
 * The hello: how a tab introduces itself through a server that need not be trusted. docs/sealed-signaling.md has the bytes. The
 * fixed part names room, epoch, tab key and certificate; in a room with a key it carries a MAC that only holders of the key can
 * make. The profile (name, microphone, camera) may change during a session and is sealed separately.
 */

import { canonical } from "./canonical.js";
import { concat, fromBase64Url, fromUtf8, sha256, toBase64Url, toUtf8 } from "../lib/encoding.js";
import { pad, unpad } from "./padding.js";

/** @import { Bytes } from "../lib/encoding.js" */
/** @import { Identity } from "./identity.js" */
/** @import { RoomSeal } from "./room-seal.js" */
/** @typedef {Pick<Identity, "pid" | "publicKey" | "fingerprint">} PublicIdentity */
/** @typedef {"malformed" | "mode" | "lobby" | "epoch" | "pid" | "key"} Refusal */

/**
 * @typedef {{fixed: Bytes, publicKey: Bytes, fingerprint: string, profile: string}} Hello
 * fixed: canonical bytes that pair keys are bound to; fingerprint: upper-case hex with colons
 */

const MAX_HELLO_CHARACTERS = 4_096;
const PROFILE_SIZES = [512];
const NONCE_BYTES = 12;
const FINGERPRINT = /^[0-9A-F]{2}(?::[0-9A-F]{2}){31}$/;

/**
 * Why a hello is not believed: malformed; mode (keyed in a room without a key, or the reverse); lobby (from a person who knocks,
 * not yet admitted); epoch (made with another room key); pid (does not match the tab key); key (not made with the room key).
 */
export class HelloRefused extends Error {
  /** @param {Refusal} reason */
  constructor(reason) {
    super(`hello refused: ${reason}`);
    this.reason = reason;
  }
}

/** @param {RoomSeal} seal @param {PublicIdentity} identity @returns {Bytes} */
export function fixedPart({ room, epoch, mode }, { pid, publicKey, fingerprint }) {
  return canonical("meeting-point/v1/hello", mode, room, epoch, pid, publicKey, fingerprint);
}

/** @param {RoomSeal} seal @param {PublicIdentity} identity @param {string} profile at most 508 bytes of UTF-8 */
export async function writeSealedHello(seal, identity, profile) {
  const open = { v: 1, e: seal.epoch, key: toBase64Url(identity.publicKey), fp: identity.fingerprint };
  if (seal.secrets === null) return JSON.stringify({ ...open, mode: seal.mode, profile });
  const { mac, profile: profileKey } = seal.secrets;
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const algorithm = { name: "AES-GCM", iv, additionalData: profileContext(seal, identity.pid) };
  const [tag, sealed] = await Promise.all([
    crypto.subtle.sign("HMAC", mac, fixedPart(seal, identity)),
    crypto.subtle.encrypt(algorithm, profileKey, pad(toUtf8(profile), PROFILE_SIZES)),
  ]);
  const parts = { mac: toBase64Url(new Uint8Array(tag)), profile: toBase64Url(concat(iv, new Uint8Array(sealed))) };
  return JSON.stringify({ ...open, mode: seal.mode, ...parts });
}

/**
 * @param {RoomSeal} seal @param {string} pid the sender, according to the server @param {string} text
 * @returns {Promise<Hello>} @throws {HelloRefused}
 */
export async function readSealedHello(seal, pid, text) {
  const { mode, e, publicKey, fp, mac, profile } = parse(text);
  if (mode !== seal.mode) throw new HelloRefused(mode === "lobby" ? "lobby" : "mode");
  if (e !== seal.epoch) throw new HelloRefused("epoch");
  if (toBase64Url((await sha256(publicKey)).slice(0, 16)) !== pid) throw new HelloRefused("pid");
  const fixed = fixedPart(seal, { pid, publicKey, fingerprint: fp });
  if (seal.secrets === null) return { fixed, publicKey, fingerprint: fp, profile };
  const tag = mac === null ? new Uint8Array(0) : mac;
  if (!(await crypto.subtle.verify("HMAC", seal.secrets.mac, tag, fixed))) throw new HelloRefused("key");
  return { fixed, publicKey, fingerprint: fp, profile: await openProfile(seal, seal.secrets.profile, pid, profile) };
}

/** The epoch that a hello claims, without proof; -1 for anything but a hello. @param {string} text @returns {number} */
export function helloEpoch(text) {
  try {
    return parse(text).e;
  } catch {
    return -1;
  }
}

/** @param {RoomSeal} seal @param {CryptoKey} key @param {string} pid @param {string} text */
async function openProfile(seal, key, pid, text) {
  try {
    const bytes = fromBase64Url(text);
    const algorithm = { name: "AES-GCM", iv: bytes.slice(0, NONCE_BYTES), additionalData: profileContext(seal, pid) };
    return fromUtf8(unpad(new Uint8Array(await crypto.subtle.decrypt(algorithm, key, bytes.slice(NONCE_BYTES)))));
  } catch {
    throw new HelloRefused("key");
  }
}

/** @param {RoomSeal} seal @param {string} pid */
function profileContext({ room, epoch }, pid) {
  return canonical("meeting-point/v1/profile", room, epoch, pid);
}

/** @param {string} text @returns {{mode: string, e: number, publicKey: Bytes, fp: string, mac: Bytes | null, profile: string}} */
function parse(text) {
  try {
    const fields = text.length <= MAX_HELLO_CHARACTERS ? JSON.parse(text) : null;
    const { v, mode, e, key, fp, mac = null, profile } = fields;
    const publicKey = fromBase64Url(key);
    if (v !== 1 || typeof mode !== "string" || !Number.isSafeInteger(e) || publicKey.length !== 65) throw new TypeError();
    if (typeof profile !== "string" || typeof fp !== "string" || !FINGERPRINT.test(fp)) throw new TypeError();
    return { mode, e, publicKey, fp, mac: mac === null ? null : fromBase64Url(mac), profile };
  } catch {
    throw new HelloRefused("malformed");
  }
}
