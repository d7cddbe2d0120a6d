/**
 * Prepares the senders of pictures for shared encoders as they are made: later ones take no transform. All that a prepared sender sends
 * passes a worker, which costs a few hundredths of a core: a connection that is made in a call of two has none, and goes on without.
 */

import { CarrierBackend } from "./backend.js";
import { MIN_OTHERS } from "./support.js";

/** @import { Mesh } from "../../peer/mesh.js" */

export class PreparedSenders {
  /** Made when the second of the others comes, so that its worker is there before there is anything to send. @type {CarrierBackend | null} */
  backend = null;
  #mesh;
  #isWanted;
  /** @type {WeakSet<RTCRtpSender>} */
  #seen = new WeakSet();

  /** @param {Mesh} mesh @param {() => boolean} isWanted @param {AbortSignal} signal */
  constructor(mesh, isWanted, signal) {
    this.#mesh = mesh;
    this.#isWanted = isWanted;
    mesh.on("peer-added", () => this.#start(), { signal });
    mesh.on("peer-sending", ({ pid }) => this.#onSenders(pid), { signal });
    mesh.on("peer-removed", () => this.#forgetClosed(), { signal });
    signal.addEventListener("abort", () => this.backend?.stop());
  }

  get #pays() {
    return this.#isWanted() && this.#mesh.peers.size >= MIN_OTHERS;
  }

  #start() {
    if (this.#pays) this.backend ??= new CarrierBackend();
  }

  /** Those that were made in this task; of earlier ones browsers take no transform. @param {string} pid */
  #onSenders(pid) {
    const made = this.#sendersOf([pid]).filter((sender) => !this.#seen.has(sender));
    for (const sender of made) this.#seen.add(sender);
    this.#forgetClosed();
    if (made.length === 0 || !this.#pays) return;
    this.#start();
    for (const sender of made) this.backend?.prepare(sender);
  }

  #forgetClosed() {
    this.backend?.keepOnly(new Set(this.#sendersOf([...this.#mesh.peers.keys()])));
  }

  /** @param {string[]} pids */
  #sendersOf(pids) {
    const all = pids.flatMap((pid) => Object.entries(this.#mesh.peers.get(pid)?.transceivers ?? {}));
    return all.flatMap(([name, transceiver]) => (transceiver && (name === "video" || name === "screenVideo") ? [transceiver.sender] : []));
  }
}
