/** The server's list of who is in the room. Changes are numbered in sequence: a missed one shows as a gap. */

/** @import { Peer } from "./wire.js" */

export class Roster {
  #peers = /** @type {Map<string, Peer>} */ (new Map());
  #seq = 0;

  /** Everyone else. @returns {Peer[]} */
  get peers() {
    return [...this.#peers.values()];
  }

  /** @param {string} pid */
  has(pid) {
    return this.#peers.has(pid);
  }

  /** @param {Peer[]} peers @param {number} seq */
  replacePeers(peers, seq) {
    this.#peers = new Map(peers.map((peer) => [peer.pid, peer]));
    this.#seq = seq;
  }

  /** A peer joined, or rejoined. False: earlier changes were missed. @param {Peer} peer @param {number} seq @returns {boolean} */
  addPeer(peer, seq) {
    this.#peers.set(peer.pid, peer);
    return this.#follow(seq);
  }

  /** Returns false when earlier changes were missed. @param {string} pid @param {number} seq @returns {boolean} */
  removePeer(pid, seq) {
    this.#peers.delete(pid);
    return this.#follow(seq);
  }

  /** @param {number} seq */
  #follow(seq) {
    const inOrder = seq <= this.#seq + 1;
    this.#seq = Math.max(this.#seq, seq);
    return inOrder;
  }
}
