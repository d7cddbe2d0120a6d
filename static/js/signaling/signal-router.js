/** Chooses how a sealed body reaches a peer outside their own connection: through the server's socket or a third peer. */

/**
 * @typedef {object} Options
 * @property {{relay: (to: string, body: string) => boolean, hasPeer: (pid: string) => boolean}} socket
 * @property {{send: (to: string, body: string) => boolean}} peerRelay
 * @property {(pid: string) => boolean} isLost whether the connection to a peer was connected and is interrupted
 */

export class SignalRouter {
  #options;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
  }

  /**
   * Takes every path when the connection is lost: the server may list a peer it cannot reach. Envelopes are numbered: a duplicate
   * shows. @param {string} to @param {string} body
   */
  send(to, body) {
    const { socket, peerRelay, isLost } = this.#options;
    const sent = socket.hasPeer(to) && socket.relay(to, body);
    if (!sent || isLost(to)) peerRelay.send(to, body);
  }
}
