/** What the server says about who is in the room, on its way to the sealed link: tabs appear no faster than their person may. */

import { Arrivals } from "../gate/arrivals.js";

/** @import { Gate } from "../gate/gate.js" */
/** @import { SealedLink } from "../keys/sealed-link.js" */
/** @import { SignalingSocket } from "../signaling/socket.js" */
/** @import { Peer } from "../signaling/wire.js" */

export class Entrance {
  #arrivals;
  #link;

  /** @param {{socket: SignalingSocket, link: SealedLink, gate: Gate}} parts @param {AbortSignal} signal */
  constructor({ socket, link, gate }, signal) {
    this.#link = link;
    this.#arrivals = new Arrivals(gate, signal);
    socket.on("roster", ({ peers }) => this.#onRoster(peers), { signal });
    socket.on("peer-joined", ({ peer }) => this.#arrivals.admit(peer, () => link.addPeer(peer)), { signal });
    socket.on("peer-left", ({ pid, final }) => this.#onLeft(pid, final), { signal });
    socket.on("relay", ({ from, body }) => gate.spend(from, { envelopes: 1 }) && link.receive(from, body), { signal });
  }

  /** This tab has joined. @param {Peer[]} peers everyone else */
  enter(peers) {
    this.#arrivals.clear();
    this.#link.joined(peers);
  }

  /** @param {Peer[]} peers */
  #onRoster(peers) {
    this.#arrivals.clear();
    this.#link.syncPeers(peers);
  }

  /** @param {string} pid @param {boolean} final */
  #onLeft(pid, final) {
    this.#arrivals.forget(pid);
    this.#link.removePeer(pid, final);
  }
}
