// A file system for tests: as strict as a real one, on request blind to case and normalization.

/** @typedef {{ignoreCase?: boolean, canMove?: boolean, refused?: RegExp}} Traits refused: names that it does not take */

/** @param {string} kind @param {string} [about] @returns {DOMException} */
function fault(kind, about = "") {
  return new DOMException(about, kind);
}

export class FakeFile {
  kind = "file";
  /** @type {Uint8Array<ArrayBuffer>} */
  content = new Uint8Array(0);
  writers = 0;

  /** @param {string} name @param {FakeFolder} folder */
  constructor(name, folder) {
    this.name = name;
    this.folder = folder;
    if (folder.traits.canMove) this.move = this.rename;
  }

  async getFile() {
    if (!this.folder.holds(this)) throw fault("NotFoundError");
    return Object.assign(new Blob([this.content]), { name: this.name });
  }

  async createWritable() {
    this.folder.check();
    if (!this.folder.holds(this)) throw fault("NotFoundError");
    this.writers += 1;
    /** @type {Uint8Array<ArrayBuffer>} */
    let draft = new Uint8Array(0);
    const end = () => void (this.writers -= 1);
    const stream = new WritableStream({
      write: async (chunk) => {
        try {
          this.folder.check();
        } catch (error) {
          end();
          throw error;
        }
        const { position = draft.length, data = chunk } = chunk;
        const grown = new Uint8Array(Math.max(draft.length, position + data.length));
        grown.set(draft);
        grown.set(data, position);
        draft = grown;
      },
      close: () => {
        end();
        this.folder.check();
        this.content = draft;
      },
      abort: end,
    });
    const write = async (/** @type {any} */ chunk) => {
      const writer = stream.getWriter();
      try {
        await writer.write(chunk);
      } finally {
        writer.releaseLock();
      }
    };
    return Object.assign(stream, { write, close: () => (stream.locked ? undefined : stream.getWriter().close()) });
  }

  /** @param {string} name */
  async rename(name) {
    this.folder.check(name);
    if (this.writers > 0) throw fault("NoModificationAllowedError");
    const { folder } = this;
    if (!folder.holds(this)) throw fault("NotFoundError");
    folder.children.delete(folder.keyOf(this.name));
    folder.children.set(folder.keyOf(name), this);
    this.name = name;
  }

  async remove() {
    await this.folder.removeEntry(this.name);
  }
}

export class FakeFolder {
  kind = "directory";
  /** @type {Map<string, FakeFile | FakeFolder>} */
  children = new Map();
  /** The next operations fail with this. @type {DOMException | null} */
  broken = null;

  /** @param {string} name @param {Traits} [traits] @param {FakeFolder | null} [parent] */
  constructor(name, traits = { canMove: true }, parent = null) {
    this.name = name;
    this.traits = traits;
    this.parent = parent;
  }

  /** @param {string} name */
  keyOf(name) {
    return this.traits.ignoreCase ? name.normalize("NFD").toUpperCase() : name;
  }

  /** @param {string} [name] */
  check(name) {
    for (let folder = /** @type {FakeFolder | null} */ (this); folder; folder = folder.parent) {
      if (folder.broken) throw folder.broken;
      if (folder.parent && !folder.parent.holds(folder)) throw fault("NotFoundError");
    }
    if (name === undefined) return;
    if (name === "" || name === "." || name === ".." || name.includes("/") || this.traits.refused?.test(name)) throw new TypeError("Name is not allowed.");
    if (new TextEncoder().encode(name).length > 255) throw fault("InvalidStateError", "too long");
  }

  /** @param {FakeFile | FakeFolder} child */
  holds(child) {
    return this.children.get(this.keyOf(child.name)) === child;
  }

  async *keys() {
    this.check();
    for (const { name } of [...this.children.values()]) yield name;
  }

  async *values() {
    this.check();
    yield* [...this.children.values()];
  }

  /** @param {string} name @param {{create?: boolean}} [options] @returns {Promise<any>} */
  async getFileHandle(name, options) {
    return this.get(name, options, FakeFile, () => new FakeFile(name, this));
  }

  /** @param {string} name @param {{create?: boolean}} [options] @returns {Promise<any>} */
  async getDirectoryHandle(name, options) {
    return this.get(name, options, FakeFolder, () => new FakeFolder(name, this.traits, this));
  }

  /** @param {string} name @param {{create?: boolean}} options @param {any} type @param {() => FakeFile | FakeFolder} make */
  get(name, { create = false } = {}, type, make) {
    this.check(name);
    const known = this.children.get(this.keyOf(name));
    if (known && !(known instanceof type)) throw fault("TypeMismatchError");
    if (known) return known;
    if (!create) throw fault("NotFoundError");
    const made = make();
    this.children.set(this.keyOf(name), made);
    return made;
  }

  /** @param {string} name */
  async removeEntry(name) {
    const known = this.children.get(this.keyOf(name));
    if (!known) throw fault("NotFoundError");
    if (known instanceof FakeFolder && known.children.size > 0) throw fault("InvalidModificationError");
    if (known instanceof FakeFile && known.writers > 0) throw fault("NoModificationAllowedError");
    this.children.delete(this.keyOf(name));
  }

  /** @returns {Record<string, string | null>} texts by path, null for an empty folder */
  tree() {
    /** @type {Record<string, string | null>} */
    const found = {};
    for (const child of this.children.values()) {
      if (child instanceof FakeFile) found[child.name] = new TextDecoder().decode(child.content);
      else if (child.children.size === 0) found[`${child.name}/`] = null;
      else for (const [path, content] of Object.entries(child.tree())) found[`${child.name}/${path}`] = content;
    }
    return found;
  }
}
