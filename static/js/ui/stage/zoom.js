/**
 * The geometry of a picture that is zoomed and moved inside a box. Points and positions are in CSS pixels from the centre of the
 * box. A picture always covers the box or is centred in it, so it cannot be lost.
 */

/** @typedef {{width: number, height: number}} Size */
/** @typedef {{x: number, y: number}} Point */
/** @typedef {{scale: number, x: number, y: number}} View scale: 1 fits the picture into the box; x, y: where its centre is */
/** @typedef {{picture: Size, box: Size}} Frame picture: its own size, of which only the shape counts; 0 × 0 before it is known */

/** @type {Readonly<View>} */
export const FIT = Object.freeze({ scale: 1, x: 0, y: 0 });
export const MAX_SCALE = 8;
/** Of a double click. */
const CLOSE_UP = 2;

/** The size of the picture at scale 1. @param {Frame} frame @returns {Size} */
export function fittedSize({ picture, box }) {
  if (!(picture.width > 0 && picture.height > 0)) return box;
  const factor = Math.min(box.width / picture.width, box.height / picture.height);
  return { width: picture.width * factor, height: picture.height * factor };
}

/** The nearest view that is allowed. @param {View} view @param {Frame} frame @returns {View} */
export function clampView({ scale, x, y }, frame) {
  const kept = Number.isFinite(scale) ? Math.min(Math.max(scale, 1), MAX_SCALE) : 1;
  const { width, height } = fittedSize(frame);
  return { scale: kept, x: clampOffset(x, width * kept, frame.box.width), y: clampOffset(y, height * kept, frame.box.height) };
}

/** Zooms so that what is at the point stays there. @param {View} view @param {number} scale @param {Point} point @param {Frame} frame @returns {View} */
export function zoomAt(view, scale, point, frame) {
  const ratio = clampView({ ...view, scale }, frame).scale / view.scale;
  return clampView({ scale: view.scale * ratio, x: point.x - (point.x - view.x) * ratio, y: point.y - (point.y - view.y) * ratio }, frame);
}

/** @param {View} view @param {Point} by @param {Frame} frame @returns {View} */
export function panBy(view, by, frame) {
  return clampView({ ...view, x: view.x + by.x, y: view.y + by.y }, frame);
}

/** Between the whole picture and a close-up of the point. @param {View} view @param {Point} point @param {Frame} frame @returns {View} */
export function toggleZoom(view, point, frame) {
  return view.scale > 1 ? FIT : zoomAt(view, CLOSE_UP, point, frame);
}

/**
 * Follows two fingers: what was between them stays between them.
 * @param {View} view when the fingers were at `before` @param {[Point, Point]} before @param {[Point, Point]} now @param {Frame} frame
 * @returns {View}
 */
export function pinch(view, before, now, frame) {
  const [from, to] = [middle(before), middle(now)];
  const apart = distance(before);
  const zoomed = zoomAt(view, apart > 0 ? (view.scale * distance(now)) / apart : view.scale, from, frame);
  return panBy(zoomed, { x: to.x - from.x, y: to.y - from.y }, frame);
}

/** @param {number} offset @param {number} picture @param {number} box */
function clampOffset(offset, picture, box) {
  const room = Math.max(0, (picture - box) / 2);
  return Number.isFinite(offset) ? Math.min(Math.max(offset, -room), room) + 0 : 0;
}

/** @param {[Point, Point]} points */
function middle([one, other]) {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}

/** @param {[Point, Point]} points */
function distance([one, other]) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
