/**
 * Memory that is used again and again. What waits for the garbage collector, at a hundred megabytes in a few seconds, is memory in
 * use; and no call of a page makes Chromium let go of a buffer that has been through its own hands (a file, a message, a worker).
 */

/** @import { Bytes } from "../../lib/encoding.js" */

/** Only whole pieces and blocks of them are needed again and again. */
const PIECE = 1_000_000;
/** Bytes kept for the next at most, and for how long after the last was given back. */
const MAX_FREE_BYTES = 24_000_000;
const KEPT_MS = 5_000;

/** @type {ArrayBuffer[]} */
let free = [];
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** How many bytes may pass before some garbage is collected (what is young), and after how many such steps all of it. */
const STEP = 1_000_000;
const STEPS = 128;
/** What V8 is told of, in bytes, so that it does: it looks after young memory every eight million of them or so. */
const YOUNG = 4_000_000;
const ALL = 80_000_000;
let passed = 0;
let steps = 0;
/** Readers at work. Nothing else holds them: Chromium collects a reader of a file while its answer is awaited, which then never comes. */
const reading = new Set();

/**
 * Takes memory of a size; what is in it is of no meaning.
 * @param {number} size bytes
 * @returns {ArrayBuffer}
 */
export function acquire(size) {
  const at = free.findIndex(({ byteLength }) => byteLength === size);
  return at < 0 ? new ArrayBuffer(size) : free.splice(at, 1)[0];
}

/**
 * Gives memory back that nobody looks at any more.
 * @param {ArrayBuffer} buffer one that was transferred away is as if nothing had been given
 */
export function release(buffer) {
  if (buffer.byteLength === 0 || buffer.byteLength % PIECE !== 0 || free.reduce((sum, { byteLength }) => sum + byteLength, buffer.byteLength) > MAX_FREE_BYTES) return;
  free.push(buffer);
  clearTimeout(timer);
  timer = setTimeout(() => (free = []), KEPT_MS);
  // (Node.js, in the tests, must not wait for it.)
  /** @type {any} */ (timer).unref?.();
}

/**
 * Has garbage collected as it comes. Each message of a data channel is a new buffer, of which V8 sees a small object and not the
 * memory behind it for a long time. A new buffer counts against the collector's budget at once, and costs nothing as long as
 * nobody touches it: the system backs no page of it.
 * @param {number} bytes that have passed through new buffers
 */
export function collectAfter(bytes) {
  passed += bytes;
  if (passed < STEP) return;
  passed = 0;
  steps = (steps + 1) % STEPS;
  new ArrayBuffer(steps === 0 ? ALL : YOUNG);
}

/**
 * Reads all of a part of a file into memory.
 * @param {Blob} blob
 * @param {ArrayBuffer} buffer at least as large; taken away
 * @returns {Promise<Bytes>} over the same memory, where the browser can; shorter when the file is
 * @throws {DOMException} NotReadableError when the file is not what it was when it was chosen
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
    // No such stream in this browser; or the file has changed, which is said by the right name here.
    return new Uint8Array(await blob.arrayBuffer());
  } finally {
    if (reader) reading.delete(reader);
  }
}
