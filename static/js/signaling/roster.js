/**
 * Who is here, by the server's count. Every change of a room's roster carries the next number of one sequence, so a
 * missed change shows as a gap.
 */

/** @import { Peer } from "./wire.js" */

export class Roster {
  /** @type {Map<string, Peer>} */
  #peers = new Map();
  #seq = 0;

  /** Everybody here but oneself. @returns {Peer[]} */
  get peers() {
    return [...this.#peers.values()];
  }

  /** @param {string} pid */
  has(pid) {
    return this.#peers.has(pid);
  }

  /** Takes a whole list. @param {Peer[]} peers @param {number} seq */
  replacePeers(peers, seq) {
    this.#peers = new Map(peers.map((peer) => [peer.pid, peer]));
    this.#seq = seq;
  }

  /**
   * Notes somebody who came, or who came back with a fresh hello.
   * @param {Peer} peer
   * @param {number} seq
   * @returns {boolean} false when changes before this one were missed
   */
  addPeer(peer, seq) {
    this.#peers.set(peer.pid, peer);
    return this.#follow(seq);
  }

  /**
   * Notes somebody who left.
   * @param {string} pid
   * @param {number} seq
   * @returns {boolean} false when changes before this one were missed
   */
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
