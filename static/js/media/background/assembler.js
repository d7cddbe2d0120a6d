/**
 * Writes small WebAssembly modules (https://webassembly.github.io/spec/core/binary/): what is read here is what runs. Instructions
 * are arrays of bytes; values that they take come before them.
 */

/** @typedef {readonly number[]} Code */

/** @type {Readonly<Record<"i32" | "v128", number>>} */
const TYPE = Object.freeze({ i32: 0x7f, v128: 0x7b });
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const NO_RESULT = 0x40;
/** Of loads and stores: 4 bytes may be anywhere that floats may. */
const ALIGNED_4 = 2;

/** @param {number} value @returns {number[]} LEB128 */
function unsigned(value) {
  const byte = value & 0x7f;
  const rest = value >>> 7;
  return rest === 0 ? [byte] : [byte | 0x80, ...unsigned(rest)];
}

/** @param {number} value @returns {number[]} LEB128 */
function signed(value) {
  const byte = value & 0x7f;
  const rest = value >> 7;
  const last = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0);
  return last ? [byte] : [byte | 0x80, ...signed(rest)];
}

/** @param {number} local @returns {Code} */
export const get = (local) => [0x20, ...unsigned(local)];
/** @param {number} local @param {Code} value @returns {Code} */
export const set = (local, value) => [...value, 0x21, ...unsigned(local)];
/** @param {number} value @returns {Code} */
export const number = (value) => [0x41, ...signed(value)];
/** @param {Code} one @param {Code} other @returns {Code} whole numbers */
export const plus = (one, other) => [...one, ...other, 0x6a];
/** @param {Code} one @param {Code} other @returns {Code} whole numbers */
export const times = (one, other) => [...one, ...other, 0x6c];
/** @param {number} local @param {Code} value @returns {Code} adds to a local */
export const grow = (local, value) => set(local, plus(get(local), value));

/** @param {Code} address @param {number} [offset] @returns {Code} four floats */
export const load = (address, offset = 0) => [...address, 0xfd, 0x00, ALIGNED_4, ...unsigned(offset)];
/** @param {Code} address @returns {Code} one float, four times */
export const loadOne = (address) => [...address, 0xfd, 0x09, ALIGNED_4, 0x00];
/** @param {Code} address @param {Code} value @param {number} [offset] @returns {Code} four floats */
export const store = (address, value, offset = 0) => [...address, ...value, 0xfd, 0x0b, ALIGNED_4, ...unsigned(offset)];
/** @param {Code} sum @param {Code} one @param {Code} other @returns {Code} sum + one × other, four floats */
export const addProduct = (sum, one, other) => [...sum, ...one, ...other, 0xfd, ...unsigned(0xe6), 0xfd, ...unsigned(0xe4)];

/** @param {number} counter a local, which ends as 0 @param {Code} count at least 1 @param {Code} body @returns {Code} */
export function repeat(counter, count, body) {
  const next = [...get(counter), ...number(1), 0x6b, 0x22, ...unsigned(counter)];
  return [...set(counter, count), 0x03, NO_RESULT, ...body, ...next, 0x0d, 0x00, 0x0b];
}

/**
 * @typedef {{name: string, parameters: number, integers: number, vectors: number, body: Code}} Routine parameters, and the locals
 *   after them: whole numbers of 32 bits, then vectors of four floats
 */

/** @param {readonly Routine[]} functions that use the imported memory `page.memory` and return nothing @returns {Uint8Array<ArrayBuffer>} */
export function assemble(functions) {
  /** @param {readonly Code[]} entries */
  const vector = (entries) => [...unsigned(entries.length), ...entries.flat()];
  /** @param {number} id @param {Code} content */
  const section = (id, content) => [id, ...unsigned(content.length), ...content];
  const text = (/** @type {string} */ value) => vector([...new TextEncoder().encode(value)].map((byte) => [byte]));
  const types = functions.map(({ parameters }) => [0x60, ...vector(Array(parameters).fill([TYPE.i32])), 0x00]);
  const bodies = functions.map(({ integers, vectors, body }) => {
    const locals = vector([[...unsigned(integers), TYPE.i32], [...unsigned(vectors), TYPE.v128]]);
    const code = [...locals, ...body, 0x0b];
    return [...unsigned(code.length), ...code];
  });
  return new Uint8Array([
    ...HEADER,
    ...section(1, vector(types)),
    ...section(2, vector([[...text("page"), ...text("memory"), 0x02, 0x00, 0x01]])),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(7, vector(functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]))),
    ...section(10, vector(bodies)),
  ]);
}
