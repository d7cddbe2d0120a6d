/** Makes a picture as small as a camera's: it is drawn many times a second. */

const [WIDTH, HEIGHT] = [1280, 720];
const QUALITY = 0.9;

/** @param {ImageBitmap} bitmap is closed @returns {Promise<Blob>} JPEG of at most 1280 × 720 @throws {DOMException} */
export async function scaleDown(bitmap) {
  const scale = Math.min(1, WIDTH / bitmap.width, HEIGHT / bitmap.height);
  const [width, height] = [Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale))];
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (context === null) throw new DOMException("no canvas", "InvalidStateError");
  // What is transparent would show nothing of the room, but black.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}
