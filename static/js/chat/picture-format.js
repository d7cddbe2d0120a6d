/**
 * What a picture is by its first bytes, never by its name or by what a peer says: its format and its size, read before any
 * decoder sees it. SVG is left out, since it is a document.
 */

import { splitName } from "../files/protocol/safe-name.js";

/** @typedef {{type: string, width: number, height: number, moves: boolean}} PictureFormat pixels; moves: it may be animated */

/** Bytes that hold the header of nearly all pictures; cameras put previews and profiles before the size. */
export const HEADER_BYTES = 1_000_000;
/** A decoded pixel takes four bytes. */
const MAX_PIXELS = 100_000_000;
const MAX_SIDE = 32_767;
const MAX_BOXES = 2_000;

/** @param {Blob} blob @returns {Promise<PictureFormat | null>} null: no picture that browsers show, or too many pixels @throws {DOMException} unreadable */
export async function formatOf(blob) {
  return readFormat(new Uint8Array(await blob.slice(0, HEADER_BYTES).arrayBuffer()));
}

/** @param {Uint8Array} bytes the first ones @returns {PictureFormat | null} */
export function readFormat(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const read of [readPng, readJpeg, readGif, readWebp, readAvif]) {
    try {
      const found = read(view);
      if (found) return isReasonable(found) ? found : null;
    } catch (error) {
      // A header that ends early.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return null;
}

const EXTENSIONS = /** @type {Readonly<Record<string, readonly string[]>>} */ (
  Object.freeze({ "image/png": ["png", "apng"], "image/jpeg": ["jpg", "jpeg", "jpe", "jfif"], "image/gif": ["gif"], "image/webp": ["webp"], "image/avif": ["avif"] })
);

/** Names a picture so that what opens it fits what it is: a picture may have been sent as an .exe. @param {string} name @param {PictureFormat} format @returns {string} */
export function nameFor(name, { type }) {
  const extensions = EXTENSIONS[type];
  const { extension } = splitName(name);
  return extensions.includes(extension.toLowerCase()) ? name : `${name}.${extensions[0]}`;
}

/** @param {PictureFormat} format */
function isReasonable({ width, height }) {
  return width > 0 && height > 0 && width <= MAX_SIDE && height <= MAX_SIDE && width * height <= MAX_PIXELS;
}

/** https://www.w3.org/TR/png-3/#5DataRep @param {DataView} view @returns {PictureFormat | null} */
function readPng(view) {
  if (view.getUint32(0) !== 0x89504e47 || view.getUint32(4) !== 0x0d0a1a0a || text(view, 12, 4) !== "IHDR") return null;
  return { type: "image/png", width: view.getUint32(16), height: view.getUint32(20), moves: isAnimatedPng(view) };
}

/** An animation is announced before the first picture. @param {DataView} view */
function isAnimatedPng(view) {
  for (let at = 8; at + 8 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const kind = text(view, at + 4, 4);
    if (kind === "acTL" || kind === "IDAT") return kind === "acTL";
  }
  return false;
}

/** ITU-T T.81, B.1.1 @param {DataView} view @returns {PictureFormat | null} */
function readJpeg(view) {
  if (view.getUint16(0) !== 0xffd8 || view.getUint8(2) !== 0xff) return null;
  for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
    if (view.getUint8(at) !== 0xff) return null;
    while (view.getUint8(at + 1) === 0xff) at += 1;
    const marker = view.getUint8(at + 1);
    // Start of frame: C0 to CF without the tables C4, C8 and CC.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { type: "image/jpeg", width: view.getUint16(at + 7), height: view.getUint16(at + 5), moves: false };
    if (marker === 0xd9 || marker === 0xda) return null;
  }
}

/** https://www.w3.org/Graphics/GIF/spec-gif89a.txt @param {DataView} view @returns {PictureFormat | null} */
function readGif(view) {
  if (!/^GIF8[79]a$/.test(text(view, 0, 6))) return null;
  return { type: "image/gif", width: view.getUint16(6, true), height: view.getUint16(8, true), moves: true };
}

/** https://developers.google.com/speed/webp/docs/riff_container @param {DataView} view @returns {PictureFormat | null} */
function readWebp(view) {
  if (text(view, 0, 4) !== "RIFF" || text(view, 8, 4) !== "WEBP") return null;
  const type = "image/webp";
  const kind = text(view, 12, 4);
  if (kind === "VP8X") {
    const [width, height] = [24, 27].map((at) => 1 + view.getUint8(at) + (view.getUint16(at + 1, true) << 8));
    return { type, width, height, moves: (view.getUint8(20) & 2) !== 0 };
  }
  if (kind === "VP8L") {
    const bits = view.getUint32(21, true);
    return { type, width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff), moves: false };
  }
  if (kind !== "VP8 ") return null;
  return { type, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff, moves: false };
}

/** https://aomediacodec.github.io/av1-avif/: the largest of the sizes that its properties name. @param {DataView} view @returns {PictureFormat | null} */
function readAvif(view) {
  if (text(view, 4, 4) !== "ftyp") return null;
  const brands = text(view, 8, Math.min(view.getUint32(0), 256) - 8);
  const moves = brands.includes("avis");
  if (!moves && !brands.includes("avif")) return null;
  const sizes = boxesIn(view, 0, view.byteLength).map(([width, height]) => ({ width, height }));
  const [largest] = sizes.sort((one, other) => other.width * other.height - one.width * one.height);
  return largest ? { type: "image/avif", ...largest, moves } : null;
}

/** Where the boxes that lead to a size have their content, from their beginning. */
const CONTENT = /** @type {Readonly<Record<string, number>>} */ ({ meta: 12, iprp: 8, ipco: 8 });

/** @param {DataView} view @param {number} from @param {number} end @returns {[width: number, height: number][]} of all `ispe` boxes */
function boxesIn(view, from, end) {
  /** @type {[number, number][]} */
  const sizes = [];
  for (let [at, count] = [from, 0]; at + 8 <= end && count < MAX_BOXES; count += 1) {
    const [length, kind] = [view.getUint32(at), text(view, at + 4, 4)];
    const last = length < 8 ? end : Math.min(end, at + length);
    if (kind === "ispe") sizes.push([view.getUint32(at + 12), view.getUint32(at + 16)]);
    if (kind in CONTENT) sizes.push(...boxesIn(view, at + CONTENT[kind], last));
    at = last;
  }
  return sizes;
}

/** @param {DataView} view @param {number} at @param {number} length @returns {string} one character a byte */
function text(view, at, length) {
  return String.fromCharCode(...Array.from({ length }, (_, index) => view.getUint8(at + index)));
}
