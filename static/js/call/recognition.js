/** Connects the recognition of devices to a call: its people, its safety codes, and the topic `device`. */

import { deviceChoice } from "../keys/kept/device-choice.js";
import { deviceKeyFor } from "../keys/kept/device-key.js";
import { readProof } from "../keys/kept/device-proof.js";
import { Recognition } from "../keys/kept/recognition.js";
import { forgetVerified, saveVerified, verifiedDevices } from "../keys/kept/verified-devices.js";

/** @import { CallSession } from "./session.js" */

const PER_MINUTE = 12;

/**
 * Each person gets `device`, and what is wrong with a code or a name goes to the recognition.
 * @param {CallSession} session @param {{slug: string, signedIn: boolean}} room @param {AbortSignal} signal
 */
export function recogniseDevices(session, { slug, signedIn }, signal) {
  const { mesh, link, safety, self, people } = session;
  const topic = mesh.topic("device", { read: readProof, perMinute: PER_MINUTE, creates: { proofs: 1 } });
  const recognition = new Recognition({
    room: slug,
    pid: self.pid,
    pairOf: (pid) => link.pairOf(pid),
    whoIs: (pid) => people.get(pid),
    send: (pid, payload) => topic.send(pid, payload),
    ownKey: async () => (deviceChoice.mayRecognise(signedIn) ? deviceKeyFor(slug, self.member) : null),
    memory: { load: () => verifiedDevices(slug), save: saveVerified, forget: (device) => forgetVerified(slug, device) },
  });
  topic.on("message", ({ pid, message }) => void recognition.receive(pid, message), { signal });
  mesh.on("peer-channel-open", ({ pid }) => void recognition.introduce(pid), { signal });
  mesh.on("peer-state", ({ pid, state }) => state === "connected" && recognition.expectProof(pid), { signal });
  mesh.on("peer-updated", ({ pid }) => void recognition.update(pid), { signal });
  session.on("person-renamed", ({ person }) => void recognition.update(person.pid), { signal });
  mesh.on("peer-removed", ({ pid }) => recognition.forgetPeer(pid), { signal });
  /** @type {Set<string>} */
  const confirmed = new Set();
  safety.on("changed", ({ pid, safety: { confirmed: now, confirmedAs } }) => {
    if (now && !confirmed.has(pid)) void recognition.confirm(pid, confirmedAs);
    if (now) confirmed.add(pid);
  }, { signal });
  safety.on("stopped", ({ pid, reason }) => reason === "differ" && void recognition.reject(pid), { signal });
  recognition.on("changed", ({ pid, device }) => session.updatePerson(pid, { device }), { signal });
  deviceChoice.on("changed", () => [...mesh.peers.keys()].forEach((pid) => void recognition.introduce(pid)), { signal });
  signal.addEventListener("abort", () => recognition.close());
}
