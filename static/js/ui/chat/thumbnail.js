/** Small still pictures of what others send: drawn by this browser, so that the chat holds neither large nor moving ones. */

/** @import { PictureFormat } from "../../chat/picture-format.js" */
/** @typedef {{width: number, height: number}} Size pixels */

/** In CSS pixels: the most that a picture takes in the chat, and the least, which can be pressed. */
const MAX_WIDTH = 240;
const MAX_HEIGHT = 180;
const MIN_SIDE = 48;
/** Sharp on dense screens. */
const DENSITY = 2;

/** Decoding may take much memory for a moment: one picture at a time. @type {Promise<unknown>} */
let previous = Promise.resolve();

/**
 * The box of a picture: its shape within bounds, so that neither a panorama nor a single pixel breaks the chat.
 * @param {Size} size @returns {{width: number, height: number, isTiny: boolean}} isTiny: it does not fill the box
 */
export function thumbnailBox({ width, height }) {
  const scale = Math.min(1, MAX_WIDTH / width, MAX_HEIGHT / height);
  const [fitWidth, fitHeight] = [Math.round(width * scale), Math.round(height * scale)];
  const isTiny = fitWidth < MIN_SIDE && fitHeight < MIN_SIDE;
  return { width: Math.max(MIN_SIDE, fitWidth), height: Math.max(MIN_SIDE, fitHeight), isTiny };
}

/**
 * Draws the first frame of a picture for its box, cut where the box is less narrow than the picture.
 * @param {Blob} blob @param {PictureFormat} format @returns {Promise<{blob: Blob, size: Size}>} size: of the whole picture, upright
 * @throws {DOMException} when it cannot be decoded
 */
export function makeThumbnail(blob, format) {
  return inTurn(async () => {
    const box = thumbnailBox(format);
    const bitmap = await decode(blob, format, { width: box.width * DENSITY, height: box.height * DENSITY });
    // Cameras store pictures lying on their side: what is decoded is upright.
    const isTurned = bitmap.width > bitmap.height !== format.width > format.height;
    const size = isTurned ? { width: format.height, height: format.width } : { width: format.width, height: format.height };
    const { width, height, isTiny } = thumbnailBox(size);
    const room = isTiny ? bitmap : { width: width * DENSITY, height: height * DENSITY };
    return { blob: await draw(bitmap, room, Math.max(room.width / bitmap.width, room.height / bitmap.height)), size };
  });
}

/**
 * Draws the first frame of a picture within bounds.
 * @param {Blob} blob @param {PictureFormat} format @param {Size} room pixels @returns {Promise<Blob>} @throws {DOMException} when it cannot be decoded
 */
export function makeStill(blob, format, room) {
  return inTurn(async () => {
    const bitmap = await decode(blob, format, room);
    return draw(bitmap, room, Math.min(room.width / bitmap.width, room.height / bitmap.height));
  });
}

/** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
function inTurn(work) {
  const done = previous.then(work);
  previous = done.catch(() => {});
  return done;
}

/** Decodes a picture not much larger than needed. One side is enough: the other follows. @param {Blob} blob @param {PictureFormat} format @param {Size} room */
function decode(blob, { width, height }, room) {
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const scale = Math.max(Math.max(room.width, room.height) / long, Math.min(room.width, room.height) / short);
  if (scale >= 1) return createImageBitmap(blob);
  return createImageBitmap(blob, { [width > height ? "resizeWidth" : "resizeHeight"]: Math.ceil(long * scale), resizeQuality: "high" });
}

/** @param {ImageBitmap} bitmap closed @param {Size} room @param {number} scale */
async function draw(bitmap, room, scale) {
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * Math.min(1, scale))));
  const canvas = new OffscreenCanvas(Math.min(width, room.width), Math.min(height, room.height));
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
  bitmap.close();
  return canvas.convertToBlob({ type: "image/webp", quality: 0.85 });
}
