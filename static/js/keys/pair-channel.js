/**
 * Messages of two tabs through the relay, sealed with one key for each direction, from both tab keys and the room key and bound
 * to both hellos. A key must never outlive its counter, so a channel is made once for a peer and kept for the session.
 */

import { canonical } from "./canonical.js";
import { concat, fromBase64Url, fromUtf8, hkdf, sha256, toBase64Url, toUtf8 } from "../lib/encoding.js";
import { deflate, inflate, pad, unpad } from "./padding.js";

/** @import { Bytes } from "../lib/encoding.js" */
/** @import { RoomSeal } from "./room-seal.js" */
/** @import { End, SasPair } from "./sas-code.js" */
/** @typedef {{sent: number, heard: number}} Counters highest `seq` in each direction */
/** @typedef {"malformed" | "replayed" | "forged"} EnvelopeRefusal */

/** The server's limit is 60,000 bytes a body; 43 KB in base64url with the envelope around it fit. */
export const ENVELOPE_SIZES = Object.freeze([1_024, 4_096, 16_384, 44_032]);
const MAX_BODY_CHARACTERS = 60_000;
const [SMALLEST] = ENVELOPE_SIZES;
const MAX_TEXT = 44_028;
/** In the first byte of the length, which no text is long enough for: what follows is compressed. */
const DEFLATED = 0x80;

/** Why an envelope is dropped: malformed; replayed (old, repeated or overtaken); forged (not made with the pair key). */
export class EnvelopeRefused extends Error {
  /** @param {EnvelopeRefusal} reason */
  constructor(reason) {
    super(`envelope refused: ${reason}`);
    this.reason = reason;
  }
}

export class PairChannel {
  /** @type {SasPair} */
  sas;
  #seal;
  #mine;
  #theirs;
  #outward;
  #inward;
  #compresses;
  #sent = 0;
  #heard = 0;

  /** @param {{seal: RoomSeal, mine: End, theirs: End, outward: CryptoKey, inward: CryptoKey, sas: SasPair, compresses: boolean}} made */
  constructor({ seal, mine, theirs, outward, inward, sas, compresses }) {
    this.sas = sas;
    this.#seal = seal;
    this.#mine = mine;
    this.#theirs = theirs;
    this.#outward = outward;
    this.#inward = inward;
    this.#compresses = compresses;
  }

  /** @returns {Counters} */
  get counters() {
    return { sent: this.#sent, heard: this.#heard };
  }

  /** Before the first message. @param {Counters} counters of an earlier channel with the same keys */
  continueFrom({ sent, heard }) {
    this.#sent = sent;
    this.#heard = heard;
  }

  /**
   * Seals a text. Envelopes must reach the other side in the order of the calls.
   * @param {string} text
   * @returns {Promise<string>} a body for the relay
   * @throws {RangeError} when it is longer than 44,028 bytes of UTF-8
   */
  async wrap(text) {
    const content = toUtf8(text);
    if (content.length > MAX_TEXT) throw new RangeError("too long to be sealed");
    this.#sent += 1;
    const seq = this.#sent;
    const padded = this.#compresses ? await packDeflated(content) : pad(content, ENVELOPE_SIZES);
    const algorithm = this.#algorithm(this.#mine.pid, this.#theirs.pid, seq);
    const sealed = await crypto.subtle.encrypt(algorithm, this.#outward, padded);
    return JSON.stringify({ seq, ct: toBase64Url(new Uint8Array(sealed)) });
  }

  /** One at a time: await the last call. @param {string} body @returns {Promise<string>} @throws {EnvelopeRefused} */
  async unwrap(body) {
    const { seq, sealed } = parse(body);
    if (seq <= this.#heard) throw new EnvelopeRefused("replayed");
    const algorithm = this.#algorithm(this.#theirs.pid, this.#mine.pid, seq);
    let text;
    try {
      text = await unpack(new Uint8Array(await crypto.subtle.decrypt(algorithm, this.#inward, sealed)));
    } catch {
      throw new EnvelopeRefused("forged");
    }
    this.#heard = seq;
    return text;
  }

  /** @param {string} from @param {string} to @param {number} seq */
  #algorithm(from, to, seq) {
    const { room, epoch } = this.#seal;
    const iv = new Uint8Array(12);
    new DataView(iv.buffer).setBigUint64(4, BigInt(seq));
    return { name: "AES-GCM", iv, additionalData: canonical("meeting-point/v1/envelope", room, epoch, from, to, seq) };
  }
}

/** Compresses what would be longer than the smallest size. @param {Bytes} content @returns {Promise<Bytes>} */
async function packDeflated(content) {
  const plain = pad(content, ENVELOPE_SIZES);
  if (plain.length === SMALLEST) return plain;
  const deflated = await deflate(content);
  const packed = deflated.length < content.length ? pad(deflated, ENVELOPE_SIZES) : plain;
  if (packed.length === plain.length) return plain;
  packed[0] = DEFLATED;
  return packed;
}

/** @param {Bytes} padded @returns {Promise<string>} @throws {RangeError | TypeError} */
async function unpack(padded) {
  if (padded[0] !== DEFLATED) return fromUtf8(unpad(padded));
  padded[0] = 0;
  return fromUtf8(await inflate(unpad(padded), MAX_TEXT));
}

/**
 * Agrees on the keys of a pair. @throws {DOMException} when their key is not a point on the curve
 * @param {RoomSeal} seal @param {End & {privateKey: CryptoKey}} mine
 * @param {End & {publicKey: Bytes, compresses?: boolean}} theirs from a verified hello; compresses: they read compressed envelopes
 * @returns {Promise<PairChannel>}
 */
export async function openPairChannel(seal, mine, theirs) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const their = await crypto.subtle.importKey("raw", theirs.publicKey, curve, false, []);
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: their }, mine.privateKey, 256));
  const [low, high] = mine.pid < theirs.pid ? [mine, theirs] : [theirs, mine];
  const salt = await sha256(concat(low.fixed, high.fixed));
  const input = concat(shared, seal.secrets?.pairs ?? new Uint8Array(0));
  const part = `${seal.room}|${seal.epoch}`;
  const key = async (/** @type {End} */ from, /** @type {End} */ to) => {
    const bytes = await hkdf(input, `meeting-point/v1/pair|${part}|${from.pid}|${to.pid}`, 32, salt);
    return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  };
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const [outward, inward, forCode, check] = await Promise.all([
    key(mine, theirs),
    key(theirs, mine),
    crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]),
    hkdf(input, `meeting-point/v1/pair-check|${part}`, 32, salt).then((bytes) =>
      crypto.subtle.importKey("raw", bytes, hmac, false, ["sign", "verify"]),
    ),
  ]);
  const ends = { low: endOf(low), high: endOf(high) };
  const sas = { seal, ...ends, shared: forCode, check };
  return new PairChannel({ seal, mine, theirs, outward, inward, sas, compresses: theirs.compresses === true });
}

/** @param {End} end and more */
function endOf({ pid, fixed, fingerprint }) {
  return { pid, fixed, fingerprint };
}

/** @param {string} body @returns {{seq: number, sealed: Bytes}} */
function parse(body) {
  try {
    const { seq, ct } = body.length <= MAX_BODY_CHARACTERS ? JSON.parse(body) : null;
    const sealed = fromBase64Url(ct);
    if (!Number.isSafeInteger(seq) || seq < 1) throw new TypeError();
    if (!ENVELOPE_SIZES.includes(sealed.length - 16)) throw new TypeError();
    return { seq, sealed };
  } catch {
    throw new EnvelopeRefused("malformed");
  }
}
