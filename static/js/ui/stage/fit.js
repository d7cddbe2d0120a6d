/** How a picture of a camera goes into a rectangle. */

/** @typedef {{width: number, height: number}} Box CSS px */

/** A picture of which a rectangle would show less is shown whole, with free space around it. */
const LEAST_FILLED = 0.74;

/** The share of a picture that a rectangle shows when it is filled. @param {number} ratio 0: no picture @param {Box} rect @returns {number} 0 to 1 */
export function shownShare(ratio, { width, height }) {
  return ratio > 0 && width > 0 && height > 0 ? Math.min(width / height / ratio, (ratio * height) / width) : 1;
}

/** How a picture of a camera goes into a rectangle, as in CSS `object-fit`. @param {number} ratio 0: no picture @param {Box} rect */
export function fitOf(ratio, rect) {
  return shownShare(ratio, rect) < LEAST_FILLED ? "contain" : "cover";
}

/**
 * The ratio of the picture that is seen of a person: a still lies over the video.
 * @param {{camera: boolean, still: Box | null, video: Box | null}} seen sizes in px, 0 before the first picture
 * @returns {number} 0: none is there
 */
export function ratioOf({ camera, still, video }) {
  const picture = still ?? video;
  return camera && picture && picture.height > 0 ? picture.width / picture.height : 0;
}
