/** Two ends that negotiate over fake connections. */

import { Negotiation } from "../../static/js/peer/negotiation.js";

/** As far as negotiation needs one. */
export class FakeConnection extends EventTarget {
  signalingState = "stable";
  localDescription = null;
  currentLocalDescription = null;
  remoteDescription = null;
  getConfiguration = () => ({ iceTransportPolicy: "all" });
  createOffer = async () => ({ type: "offer", sdp: this.next });
  createAnswer = async () => ({ type: "answer", sdp: this.next });

  async setLocalDescription(description) {
    this.localDescription = description;
    this.signalingState = description.type === "offer" ? "have-local-offer" : "stable";
    if (description.type === "answer") this.currentLocalDescription = description;
  }

  async setRemoteDescription(description) {
    this.remoteDescription = description;
    this.signalingState = description.type === "offer" ? "have-remote-offer" : "stable";
    if (description.type === "answer") this.currentLocalDescription = this.localDescription;
  }
}

/** @param {(name: string) => void} [onApplied] @returns {any[]} what each end has `sent` is for the test to deliver; the right one is polite */
export function twoEnds(onApplied = () => {}) {
  return ["left", "right"].map((name, at) => {
    const connection = new FakeConnection();
    const sent = [];
    const negotiation = new Negotiation(/** @type {any} */ (connection), {
      polite: at === 1, transportId: at + 1, remoteTransportId: 0, mayTakeCandidate: () => true, munge: (sdp) => sdp,
      prepareAnswer: () => {}, hasBegun: () => false, onApplied: () => onApplied(name), send: (message) => sent.push(message),
    });
    return { connection, sent, negotiation };
  });
}

/** @param {any[]} ends @param {(message: any) => void} [see] */
export async function deliver([left, right], see = () => {}) {
  while (left.sent.length + right.sent.length > 0) {
    for (const [from, to] of [[left, right], [right, left]]) {
      for (const message of from.sent.splice(0)) {
        see(message);
        await to.negotiation.receive(message).catch(() => {});
      }
    }
  }
}

/** @param {any} end @param {string} sdp */
export function makeOffer({ connection }, sdp) {
  connection.next = sdp;
  connection.dispatchEvent(new Event("negotiationneeded"));
}

/** Lets promises settle. */
export function settle() {
  return new Promise((resolve) => setImmediate(resolve));
}
