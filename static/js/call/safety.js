/** Connects the safety codes to both ways in which they are agreed on: sealed signaling and the control channel. */

import { NOTHING } from "../gate/topic.js";
import { SafetyCodes } from "../keys/safety-codes.js";
import { readSasConfirmation } from "../keys/sas-messages.js";
import { readHello } from "../peer/hello.js";

/** @import { SealedLink } from "../keys/sealed-link.js" */
/** @import { Mesh } from "../peer/mesh.js" */

const PER_MINUTE = 60;

/**
 * Listens to everything except the link's messages, which the session passes on.
 * @param {{pid: string, link: SealedLink, mesh: Mesh, signal: AbortSignal}} options pid: our own
 */
export function createSafety({ pid, link, mesh, signal }) {
  const topic = mesh.topic("sas", { read: readSasConfirmation, perMinute: PER_MINUTE, creates: NOTHING });
  const safety = new SafetyCodes({
    pid,
    pairOf: (peer) => link.pairOf(peer),
    send: (to, text) => link.send(to, text),
    sendMessage: (to, payload) => topic.send(to, payload),
    nameOf: ({ hello }) => readHello(hello).name,
  });
  link.on("joined", ({ peers }) => peers.forEach(safety.onPeerVerified, safety), { signal });
  link.on("roster", ({ peers }) => peers.forEach(safety.onPeerVerified, safety), { signal });
  link.on("peer-joined", ({ peer }) => safety.onPeerVerified(peer), { signal });
  link.on("peer-left", ({ pid: left }) => safety.onPeerLeft(left), { signal });
  mesh.on("peer-channel-open", ({ pid: reached }) => safety.onChannelOpen(reached), { signal });
  topic.on("message", ({ pid: from, message }) => safety.receiveConfirmation(from, message), { signal });
  safety.on("stopped", ({ pid: stopped, reason }) => {
    link.block(stopped, reason);
    mesh.refusePeer(stopped, reason);
  }, { signal });
  signal.addEventListener("abort", () => safety.close());
  return safety;
}
