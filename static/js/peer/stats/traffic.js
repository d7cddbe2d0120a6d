/**
 * What the connections of a call have carried, whichever way: bytes of their candidate pairs, without the headers of the network (W3C
 * WebRTC Statistics, RTCIceCandidatePairStats). Every reading of statistics counts; so does a last one before a connection is closed.
 */

/** @typedef {{direct: number, relay: number}} Bytes sent and received; relay: through TURN on either side */
/** @typedef {{getStats: () => Promise<ReadonlyMap<string, any> | RTCStatsReport>}} Measured */
/** Statistics of a connection, and when they came, ms @typedef {{stats: Map<string, any>, at: number}} Reading */
/**
 * What a pair has carried. call: in which it was counted; earlier: bytes before that call; local: its candidate here; unnamed: the other
 * side has not named its candidate yet
 * @typedef {{call: number, earlier: number, bytes: number, way: keyof Bytes, local: string, unnamed: boolean}} Counted
 */

/** For browsers that never answer for a closed connection; a busy one takes its time. */
const LAST_READING_MS = 10_000;

class Traffic {
  /** @type {Bytes} */
  #bytes = { direct: 0, relay: 0 };
  /** Versions of DTLS, as browsers give them: hexadecimal. @type {Set<string>} */
  #versions = new Set();
  #call = 0;
  /** By connection and pair. @type {WeakMap<Measured, Map<string, Counted>>} */
  #counted = new WeakMap();
  /** @type {Set<Promise<unknown>>} */
  #closing = new Set();
  /** @type {WeakMap<Measured, {at: number, reading: Promise<Reading>}>} */
  #last = new WeakMap();

  /** A call begins. */
  reset() {
    this.#call += 1;
    this.#bytes = { direct: 0, relay: 0 };
    this.#versions.clear();
    this.#closing.clear();
  }

  /** @returns {Readonly<Bytes>} */
  get bytes() {
    return this.#bytes;
  }

  /** @returns {string[]} "FEFC" is DTLS 1.3, "FEFD" DTLS 1.2 (RFC 9147 §5.3); none where the browser does not say */
  get versions() {
    return [...this.#versions];
  }

  /** @param {Measured} connection @returns {Promise<Map<string, any>>} its statistics */
  async read(connection) {
    return (await this.#begin(connection)).stats;
  }

  /** Not older than so many ms: what several ask for is read once. @param {Measured} connection @param {number} ms @returns {Promise<Reading>} */
  recent(connection, ms) {
    const last = this.#last.get(connection);
    return last !== undefined && performance.now() - last.at <= ms ? last.reading : this.#begin(connection);
  }

  /** @param {Measured} connection @returns {Promise<Reading>} */
  #begin(connection) {
    const reading = this.#read(connection);
    this.#last.set(connection, { at: performance.now(), reading });
    return reading;
  }

  /** @param {Measured} connection @returns {Promise<Reading>} */
  async #read(connection) {
    const call = this.#call;
    // Browsers make the objects of a report each time one goes through it.
    const stats = new Map(/** @type {any} */ (await connection.getStats()).entries());
    if (call === this.#call) this.#count(connection, stats);
    return { stats, at: performance.now() };
  }

  /** Reads for the last time. @param {Measured} connection is closed right after */
  readLast(connection) {
    const reading = this.read(connection).catch(() => {});
    this.#closing.add(reading);
    void reading.finally(() => this.#closing.delete(reading));
  }

  /** Settles when closed connections were read, or after a while. @returns {Promise<boolean>} false: another call has begun meanwhile */
  async settle() {
    const call = this.#call;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timeout;
    await Promise.race([Promise.all(this.#closing), new Promise((resolve) => (timeout = setTimeout(resolve, LAST_READING_MS)))]);
    clearTimeout(timeout);
    return call === this.#call;
  }

  /** @param {Measured} connection @param {ReadonlyMap<string, any>} stats */
  #count(connection, stats) {
    const counted = this.#counted.get(connection) ?? new Map();
    this.#counted.set(connection, counted);
    const gone = new Map([...counted].filter(([id, { unnamed }]) => unnamed && !stats.has(id)));
    for (const { type, id, tlsVersion, localCandidateId: local, remoteCandidateId, bytesSent = 0, bytesReceived = 0 } of stats.values()) {
      if (type === "transport" && typeof tlsVersion === "string") this.#versions.add(tlsVersion.toUpperCase());
      if (type !== "candidate-pair") continue;
      const types = [local, remoteCandidateId].map((candidate) => stats.get(candidate)?.candidateType);
      const bytes = bytesSent + bytesReceived;
      const [former] = [...gone].find(([, one]) => !counted.has(id) && one.local === local && one.bytes <= bytes) ?? [id];
      const before = counted.get(former);
      gone.delete(former);
      counted.delete(former);
      const now = this.#countPair(before, { way: types.includes("relay") ? "relay" : "direct", bytes });
      counted.set(id, { ...now, local, unnamed: types[1] === "prflx" });
    }
  }

  /**
   * A relay of the other side is taken for its device until the other side has named it (RFC 8445 §7.3.1.3): then all of it went there.
   * Chromium gives the pair another id with the name.
   * @param {Counted | undefined} before @param {{way: keyof Bytes, bytes: number}} now
   */
  #countPair(before, { way, bytes }) {
    const isOfThisCall = before?.call === this.#call;
    const earlier = isOfThisCall ? before.earlier : (before?.bytes ?? 0);
    const known = Math.max(bytes, before?.bytes ?? 0);
    if (isOfThisCall) this.#bytes[before.way] -= before.bytes - earlier;
    this.#bytes[way] += known - earlier;
    return { call: this.#call, earlier, bytes: known, way };
  }
}

export const traffic = new Traffic();
