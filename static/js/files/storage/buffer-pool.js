/**
 * Reuses buffers. At a hundred megabytes in a few seconds, garbage is memory in use, and a page cannot make Chromium free a buffer
 * that has passed through its hands (a file, a message, a worker).
 */

/** @import { Bytes } from "../../lib/encoding.js" */

/** Only whole pieces and blocks are reused. */
const PIECE = 1_000_000;
/** Bytes of free buffers, and how long they are kept. */
const MAX_FREE_BYTES = 24_000_000;
const KEPT_MS = 5_000;

/** @type {ArrayBuffer[]} */
let free = [];
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** Bytes between two young collections, and how many of those until a full one. */
const STEP = 1_000_000;
const STEPS = 128;
/** Sizes of the dummy allocations that trigger them: V8 collects young memory about every eight million bytes. */
const YOUNG = 4_000_000;
const ALL = 80_000_000;
let passed = 0;
let steps = 0;
/** Active readers: Chromium collects a reader that nothing else holds while its read is pending, which then never settles. */
const reading = new Set();

/** @param {number} size bytes @returns {ArrayBuffer} with arbitrary content */
export function acquire(size) {
  const at = free.findIndex(({ byteLength }) => byteLength === size);
  return at < 0 ? new ArrayBuffer(size) : free.splice(at, 1)[0];
}

/** Frees a buffer that is no longer in use. @param {ArrayBuffer} buffer ignored when it was transferred */
export function release(buffer) {
  if (buffer.byteLength === 0 || buffer.byteLength % PIECE !== 0 || free.reduce((sum, { byteLength }) => sum + byteLength, buffer.byteLength) > MAX_FREE_BYTES) return;
  free.push(buffer);
  clearTimeout(timer);
  timer = setTimeout(() => (free = []), KEPT_MS);
  // Node.js, in tests, must not wait for it.
  /** @type {any} */ (timer).unref?.();
}

/**
 * Triggers garbage collection as messages arrive. Each one is a new buffer, of which V8 at first counts only a small object. A new
 * buffer counts against its budget at once and costs nothing: the system maps no page that is never touched.
 * @param {number} bytes received in new buffers
 */
export function collectAfter(bytes) {
  passed += bytes;
  if (passed < STEP) return;
  passed = 0;
  steps = (steps + 1) % STEPS;
  new ArrayBuffer(steps === 0 ? ALL : YOUNG);
}

/**
 * @param {Blob} blob @param {ArrayBuffer} buffer at least as large; it is transferred
 * @returns {Promise<Bytes>} in the same memory where possible; shorter when the file is
 * @throws {DOMException} NotReadableError when the file has changed
 */
export async function readInto(blob, buffer) {
  /** @type {ReadableStreamBYOBReader | undefined} */
  let reader;
  try {
    reader = blob.stream().getReader({ mode: "byob" });
    reading.add(reader);
    let [memory, at] = [buffer, 0];
    while (at < blob.size) {
      const { value, done } = await reader.read(new Uint8Array(memory, at, blob.size - at));
      if (value) memory = value.buffer;
      if (done) break;
      at += value.length;
    }
    await reader.cancel();
    return new Uint8Array(memory, 0, at);
  } catch {
    release(buffer);
    // No byte streams in this browser; or the file has changed, for which this throws the documented error.
    return new Uint8Array(await blob.arrayBuffer());
  } finally {
    if (reader) reading.delete(reader);
  }
}
