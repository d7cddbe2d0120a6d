/** Reads FlatBuffers (https://flatbuffers.dev/internals): tables, vectors and strings, little-endian, without copying. */

const decoder = new TextDecoder();

/** A table. Every field may be missing: then it has its default. */
export class Table {
  #view;
  #at;
  #fields;
  #size;

  /** @param {DataView} view @param {number} at position of the table @throws {RangeError} outside the buffer */
  constructor(view, at) {
    this.#view = view;
    this.#at = at;
    this.#fields = at - view.getInt32(at, true);
    this.#size = view.getUint16(this.#fields, true);
  }

  /** @param {DataView} view @returns {Table} the root of a buffer */
  static root(view) {
    return new Table(view, view.getUint32(0, true));
  }

  /** @param {number} field @param {number} [fallback] @returns {number} */
  int8(field, fallback = 0) {
    const at = this.#position(field);
    return at === 0 ? fallback : this.#view.getInt8(at);
  }

  /** @param {number} field @param {number} [fallback] @returns {number} */
  int32(field, fallback = 0) {
    const at = this.#position(field);
    return at === 0 ? fallback : this.#view.getInt32(at, true);
  }

  /** @param {number} field @returns {string} */
  text(field) {
    return decoder.decode(this.bytes(field));
  }

  /** @param {number} field @returns {Uint8Array} */
  bytes(field) {
    const { at, count } = this.#vector(field);
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, count);
  }

  /** @param {number} field @returns {number[]} */
  ints(field) {
    const { at, count } = this.#vector(field);
    return Array.from({ length: count }, (_, index) => this.#view.getInt32(at + 4 * index, true));
  }

  /** @param {number} field @returns {Table | null} */
  table(field) {
    const at = this.#position(field);
    return at === 0 ? null : new Table(this.#view, at + this.#view.getUint32(at, true));
  }

  /** @param {number} field @returns {Table[]} */
  tables(field) {
    const { at, count } = this.#vector(field);
    return Array.from({ length: count }, (_, index) => {
      const place = at + 4 * index;
      return new Table(this.#view, place + this.#view.getUint32(place, true));
    });
  }

  /** @param {number} field @returns {number} position of a field; 0: it is missing */
  #position(field) {
    const entry = 4 + 2 * field;
    const offset = entry < this.#size ? this.#view.getUint16(this.#fields + entry, true) : 0;
    return offset === 0 ? 0 : this.#at + offset;
  }

  /** @param {number} field @returns {{at: number, count: number}} */
  #vector(field) {
    const position = this.#position(field);
    if (position === 0) return { at: 0, count: 0 };
    const start = position + this.#view.getUint32(position, true);
    return { at: start + 4, count: this.#view.getUint32(start, true) };
  }
}
