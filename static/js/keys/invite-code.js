/**
 * The invite secret as a code that people dictate and type: Crockford's base32 (https://www.crockford.com/base32.html) in seven
 * groups of four. 26 characters hold the 128 bits and two more that say whether the link holds a key, two are a Reed–Solomon check over GF(32): one or two wrong
 * characters and every two that changed places are noticed, and one wrong character is located.
 */

import { parseInviteLink } from "./invite.js";

/** @import { Bytes } from "../lib/encoding.js" */
/** @import { Invite } from "./invite.js" */
/**
 * group: from 1; order: characters may have changed places
 * @typedef {{fault: "group", group: number, text: string} | {fault: "length", count: number} | {fault: "order" | "unclear"}} CodeFault
 */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SECRET_BYTES = 16;
const DATA = 26;
const LENGTH = 28;
const GROUP = 4;
/** The last two of the 130 bits. */
const KEYLESS = "00";
const KEYED = "01";
/** What people and input methods put between and around groups. */
const SEPARATORS = /[\s\p{P}\p{Cf}\p{Sm}]+/u;
/** Codes from before: the link's version and secret, in which upper and lower case differ. */
const EARLIER = /^1[A-Za-z0-9_-]{22}$/;
const GROUPED = /^(?:[A-Za-z0-9]{4}-){3}/;

// GF(32) by the polynomial x⁵ + x² + 1: the powers of x, and the exponent of each element but 0.
const ORDER = 31;
const POWERS = Array.from({ length: ORDER }, () => 0);
const EXPONENTS = new Map();
for (let exponent = 0, element = 1; exponent < ORDER; exponent += 1) {
  POWERS[exponent] = element;
  EXPONENTS.set(element, exponent);
  element = (element << 1) ^ (element & 16 ? 0b100101 : 0);
}

/** @param {number} element @param {number} exponent of the power of x to multiply with, may be negative @returns {number} */
function times(element, exponent) {
  return element === 0 ? 0 : POWERS[(((EXPONENTS.get(element) + exponent) % ORDER) + ORDER) % ORDER];
}

/** @param {number[]} values @returns {[number, number]} both 0 for a code without a mistake */
function syndromes(values) {
  return [values.reduce((sum, value) => sum ^ value, 0), values.reduce((sum, value, index) => sum ^ times(value, index), 0)];
}

/**
 * @param {Bytes} secret 16 bytes @param {boolean} [keyed] as in `Invite` @returns {string} `XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX`
 */
export function inviteCode(secret, keyed = false) {
  if (secret.length !== SECRET_BYTES) throw new RangeError(`invite secret must be ${SECRET_BYTES} bytes`);
  const bits = [...secret].map((byte) => byte.toString(2).padStart(8, "0")).join("") + (keyed ? KEYED : KEYLESS);
  const values = Array.from({ length: DATA }, (_, index) => parseInt(bits.slice(index * 5, index * 5 + 5), 2));
  const [sum, weighted] = syndromes(values);
  const last = times(weighted ^ times(sum, DATA), -EXPONENTS.get(POWERS[DATA] ^ POWERS[DATA + 1]));
  const text = [...values, sum ^ last, last].map((value) => ALPHABET[value]).join("");
  return (text.match(/.{4}/g) ?? []).join("-");
}

/**
 * @param {string} typed a code in any case, with or without spaces and hyphens, O for 0, I and L for 1; a code from before; or a link
 * @returns {Invite | null} null if it is none of these: `findCodeFault` says why
 */
export function readInviteCode(typed) {
  const bare = typed.replace(/\s/g, "");
  const invite = parseInviteLink(typed) ?? parseInviteLink(bare);
  if (invite !== null) return invite;
  const coded = readValues(valuesOf(groupsOf(typed).join("")));
  if (coded !== null) return { ...coded, room: "", by: "" };
  const earlier = bare.replace(/\.$/, "");
  return EARLIER.test(earlier) && !GROUPED.test(earlier) ? parseInviteLink(`#k=${earlier}`) : null;
}

/**
 * Says what is wrong with a code that `readInviteCode` refused: certain with one mistake, a guess with more.
 * @param {string} typed @returns {CodeFault}
 */
export function findCodeFault(typed) {
  const groups = groupsOf(typed);
  const text = groups.join("");
  const values = valuesOf(text);
  if (values.length !== LENGTH) {
    const wrong = groups.findIndex((group) => group.length !== GROUP);
    return groups.length === LENGTH / GROUP ? groupFault(groups[wrong], wrong) : { fault: "length", count: values.length };
  }
  const foreign = values.indexOf(-1);
  const [sum, weighted] = syndromes(values);
  if (foreign < 0 && sum === 0 && weighted !== 0) return { fault: "order" };
  const place = foreign < 0 ? (EXPONENTS.get(weighted) - EXPONENTS.get(sum) + ORDER) % ORDER : foreign;
  if (!(place < LENGTH)) return { fault: "unclear" };
  const group = Math.floor(place / GROUP);
  return groupFault(text.slice(group * GROUP, (group + 1) * GROUP), group);
}

/** @param {string} text @param {number} index @returns {CodeFault} */
function groupFault(text, index) {
  return { fault: "group", group: index + 1, text };
}

/** @param {string} typed @returns {string[]} what stands between separators, in capitals */
function groupsOf(typed) {
  return typed.normalize("NFKC").toUpperCase().split(SEPARATORS).filter(Boolean);
}

/** @param {string} text @returns {number[]} -1 for a character that codes do not have */
function valuesOf(text) {
  return [...text.replaceAll("O", "0").replace(/[IL]/g, "1")].map((character) => ALPHABET.indexOf(character));
}

/** @param {number[]} values @returns {{secret: Bytes, keyed: boolean} | null} */
function readValues(values) {
  if (values.length !== LENGTH || values.includes(-1) || syndromes(values).some((syndrome) => syndrome !== 0)) return null;
  const bits = values.slice(0, DATA).map((value) => value.toString(2).padStart(5, "0")).join("");
  const kind = bits.slice(SECRET_BYTES * 8);
  if (kind !== KEYED && kind !== KEYLESS) return null;
  const secret = Uint8Array.from({ length: SECRET_BYTES }, (_, index) => parseInt(bits.slice(index * 8, index * 8 + 8), 2));
  return { secret, keyed: kind === KEYED };
}
