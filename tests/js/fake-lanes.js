/** Connections of lanes, on lines that a test delays and cuts; time is simulated. */

export const FINGERPRINT = Array(32).fill("AB").join(":");

class Channel extends EventTarget {
  readyState = "connecting";
  bufferedAmount = 0;
  sentBytes = 0;

  constructor(connection) {
    super();
    this.connection = connection;
  }

  send(data) {
    if (this.readyState !== "open") throw new DOMException("closed", "InvalidStateError");
    const copy = data.slice().buffer;
    const { world, remote, line } = this.connection;
    const ms = line.take(world.clock, copy.byteLength / world.bytesPerMs);
    this.bufferedAmount += copy.byteLength;
    this.sentBytes += copy.byteLength;
    world.clock.after(ms, () => {
      this.bufferedAmount -= copy.byteLength;
      this.dispatchEvent(new Event("bufferedamountlow"));
    });
    line.push(world.clock, ms + world.latency(), () => {
      if (remote.channel.readyState === "open") remote.channel.dispatchEvent(Object.assign(new Event("message"), { data: copy }));
    });
  }
}

/** What is sent one way arrives in order. */
export class Line {
  #free = 0;
  #departed = 0;
  #epoch = 0;

  /** Returns when something that takes so long will have left. */
  take(clock, ms) {
    this.#departed = Math.max(this.#departed, clock.now) + ms;
    return this.#departed - clock.now;
  }

  push(clock, ms, act) {
    const epoch = this.#epoch;
    this.#free = Math.max(this.#free, clock.now + ms);
    clock.after(this.#free - clock.now, () => epoch === this.#epoch && act());
  }

  /** Loses what is under way. */
  cut() {
    this.#epoch += 1;
  }
}

/** Gives `RTCPeerConnection` to lanes: connects those whose descriptions name each other. */
export function connectionsOf(world) {
  const all = new Map();
  return class extends EventTarget {
    world = world;
    connectionState = "new";
    localDescription = null;
    line = new Line();
    remote = null;
    #number = all.size + 1;

    constructor() {
      super();
      all.set(this.#number, this);
      world.lanes.add(this);
    }

    createDataChannel() {
      return (this.channel = new Channel(this));
    }

    async setLocalDescription() {
      const sdp = `v=0\nm=application 9\na=fingerprint:sha-256 ${FINGERPRINT}\na=number:${this.#number}`;
      this.localDescription = { type: this.remote ? "answer" : "offer", sdp };
    }

    async setRemoteDescription({ type, sdp }) {
      this.remote = all.get(Number(/a=number:(\d+)/.exec(sdp)[1]));
      if (type !== "answer") return;
      world.clock.after(world.latency(), () => {
        if (this.connectionState !== "new" || this.remote.connectionState !== "new") return;
        for (const one of [this, this.remote]) {
          one.connectionState = "connected";
          one.channel.readyState = "open";
        }
        for (const one of [this, this.remote]) one.channel.dispatchEvent(new Event("open"));
      });
    }

    async addIceCandidate() {}

    getSenders() {
      return [];
    }

    async getStats() {
      return new Map([["pair", { type: "candidate-pair", id: "pair", bytesSent: this.channel.sentBytes }]]);
    }

    /** The path is gone, which both sides notice. */
    fail() {
      for (const one of [this, this.remote]) {
        if (!one || one.connectionState === "closed") continue;
        one.line.cut();
        one.connectionState = "failed";
        one.dispatchEvent(new Event("connectionstatechange"));
      }
    }

    close() {
      this.line.cut();
      this.connectionState = "closed";
      this.channel.readyState = "closed";
      world.lanes.delete(this);
      const { remote } = this;
      if (remote && remote.connectionState !== "closed") world.clock.after(world.latency(), () => {
        remote.channel.readyState = "closed";
        remote.channel.dispatchEvent(new Event("close"));
      });
    }
  };
}
