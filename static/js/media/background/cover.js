/** Covers a camera as a person chose: by the system's blur where the camera has it, otherwise by what this page computes. */

import { checkWorker, CoveredCamera } from "./covered-camera.js";
import { PlatformBlur } from "./platform-blur.js";

/** @typedef {CoveredCamera | PlatformBlur} Cover */

/**
 * @param {MediaStreamTrack} camera @param {Blob | null} stored the picture behind the person; null, or one that cannot be shown: blur
 * @param {{changed: () => void, failed: () => void, lost: () => void}} listener changed: the cover's `report`; failed: there will be
 *   no picture; lost: the system does not blur any more
 * @returns {Promise<Cover>} @throws {Error} it cannot be covered
 */
export async function coverCamera(camera, stored, { changed, failed, lost }) {
  if (stored === null && (await PlatformBlur.start(camera))) return new PlatformBlur(camera, lost);
  await checkWorker();
  const picture = stored && (await createImageBitmap(stored).catch(() => null));
  return new CoveredCamera(camera, picture, { changed, failed });
}
