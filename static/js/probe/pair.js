/** Two peer connections of one page that connect to each other by a given path, and what is measured on it. */

/** Longer than browsers wait for a STUN server. */
export const PATIENCE_MS = 12_000;
const PINGS = 3;

/**
 * @typedef {object} Found while gathering candidates
 * @property {string[]} types host, srflx, relay
 * @property {string[]} addresses public ones
 * @property {number[]} errors codes of `icecandidateerror`; 701: no answer, 401 and others: refused
 * @property {number} ms until gathering was complete
 */

/** Finds candidates without connecting to anything. @param {RTCConfiguration} configuration @returns {Promise<Found>} */
export async function gather(configuration) {
  const connection = new RTCPeerConnection(configuration);
  const found = observe(connection);
  const began = performance.now();
  try {
    connection.createDataChannel("probe");
    await connection.setLocalDescription();
    await until(connection, "icegatheringstatechange", () => connection.iceGatheringState === "complete");
    return { ...found, ms: performance.now() - began };
  } finally {
    connection.close();
  }
}

export class Pair {
  #near;
  #far;
  #channel;
  found;

  /** @param {RTCConfiguration} configuration of both ends */
  constructor(configuration) {
    this.#near = new RTCPeerConnection(configuration);
    this.#far = new RTCPeerConnection(configuration);
    this.found = observe(this.#near);
    this.#channel = this.#near.createDataChannel("probe");
    for (const [from, to] of [[this.#near, this.#far], [this.#far, this.#near]]) {
      // Candidates after the end are useless.
      from.addEventListener("icecandidate", ({ candidate }) => candidate && to.addIceCandidate(candidate).catch(() => {}));
    }
  }

  /** @returns {Promise<number | null>} the round trip, ms; null: they do not connect */
  async connect() {
    const opened = until(this.#channel, "open", () => this.#channel.readyState === "open");
    const answering = new Promise((resolve) => this.#far.addEventListener("datachannel", resolve, { once: true }));
    await this.#near.setLocalDescription();
    await this.#far.setRemoteDescription(/** @type {RTCSessionDescription} */ (this.#near.localDescription));
    await this.#far.setLocalDescription();
    await this.#near.setRemoteDescription(/** @type {RTCSessionDescription} */ (this.#far.localDescription));
    if (!(await Promise.race([opened, this.#nowhere()]))) return null;
    const { channel } = /** @type {RTCDataChannelEvent} */ (await answering);
    return this.#ping(channel);
  }

  /** Measures the throughput. @param {number} ms duration @returns {Promise<number>} kbit/s received, without the ramp-up */
  async flood(ms) {
    const channel = this.#channel;
    const block = new Uint8Array(16_384);
    const [ceiling, floor] = [1 << 20, 1 << 18];
    channel.bufferedAmountLowThreshold = floor;
    const fill = () => {
      while (channel.readyState === "open" && channel.bufferedAmount < ceiling) channel.send(block);
    };
    channel.addEventListener("bufferedamountlow", fill);
    fill();
    await pause(ms / 3);
    const [begun, at] = [await this.#arrived(), performance.now()];
    await pause((ms * 2) / 3);
    const arrived = (await this.#arrived()) - begun;
    channel.removeEventListener("bufferedamountlow", fill);
    return (arrived * 8) / (performance.now() - at);
  }

  close() {
    this.#near.close();
    this.#far.close();
  }

  /** Resolves with false once gathering has ended without candidates. */
  async #nowhere() {
    const near = this.#near;
    await until(near, "icegatheringstatechange", () => near.iceGatheringState === "complete");
    return this.found.types.length === 0 ? false : new Promise(() => {});
  }

  /** @param {RTCDataChannel} far */
  async #ping(far) {
    far.addEventListener("message", ({ data }) => typeof data === "string" && far.send(data));
    let best = Infinity;
    for (let turn = 0; turn < PINGS; turn += 1) {
      const at = performance.now();
      const back = until(this.#channel, "message", null);
      this.#channel.send("ping");
      if (await back) best = Math.min(best, performance.now() - at);
    }
    return best === Infinity ? null : best;
  }

  async #arrived() {
    const stats = [...(await this.#far.getStats()).values()];
    return stats.reduce((sum, { type, bytesReceived = 0 }) => sum + (type === "data-channel" ? bytesReceived : 0), 0);
  }
}

/** @param {RTCPeerConnection} connection @returns {Found} */
function observe(connection) {
  /** @type {Found} */
  const found = { types: [], addresses: [], errors: [], ms: 0 };
  connection.addEventListener("icecandidate", ({ candidate }) => {
    if (!candidate?.candidate) return;
    if (candidate.type) found.types.push(candidate.type);
    if (candidate.type !== "host" && candidate.address) found.addresses.push(candidate.address);
  });
  connection.addEventListener("icecandidateerror", ({ errorCode }) => found.errors.push(errorCode));
  return found;
}

/** @param {EventTarget} target @param {string} type @param {(() => boolean) | null} holds null: any event @returns {Promise<boolean>} false: timeout */
function until(target, type, holds) {
  if (holds?.()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const life = new AbortController();
    const done = (/** @type {boolean} */ came) => {
      clearTimeout(timer);
      life.abort();
      resolve(came);
    };
    const timer = setTimeout(() => done(false), PATIENCE_MS);
    target.addEventListener(type, () => (holds?.() ?? true) && done(true), { signal: life.signal });
  });
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
