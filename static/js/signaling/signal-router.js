/**
 * The ways by which a sealed body reaches a peer when their own channel does not: the server's socket, and somebody whom
 * both reach.
 */

/**
 * @typedef {object} Options
 * @property {{relay: (to: string, body: string) => boolean, hasPeer: (pid: string) => boolean}} socket
 * @property {{send: (to: string, body: string) => boolean}} peerRelay
 * @property {(pid: string) => boolean} isLost whether the connection to a peer stood and is interrupted
 */

export class SignalRouter {
  #options;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
  }

  /**
   * Sends a body. To somebody whose connection is lost it goes by every way: the server may know them and yet not reach
   * them. It may come twice then; the number in the envelope says so.
   * @param {string} to @param {string} body
   */
  send(to, body) {
    const { socket, peerRelay, isLost } = this.#options;
    const sent = socket.hasPeer(to) && socket.relay(to, body);
    if (!sent || isLost(to)) peerRelay.send(to, body);
  }
}
