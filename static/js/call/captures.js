/** What each person's camera, microphone and shared screen lack, as their own browser says (topic `capture`). */

import { NOTHING } from "../gate/topic.js";

/** @import { CaptureDevice, CaptureTrouble } from "../media/devices/capture-monitor.js" */
/** @import { Mesh } from "../peer/mesh.js" */

/** @typedef {Readonly<Record<CaptureDevice, CaptureTrouble | "">>} CaptureState "": delivers, or is off */

export const TOPIC = "capture";
const PER_MINUTE = 60;

/** @type {Readonly<Record<CaptureDevice, readonly string[]>>} */
export const TROUBLES = Object.freeze({
  camera: ["", "taken", "ended", "frozen", "black"],
  microphone: ["", "taken", "ended", "frozen", "silent"],
  screen: ["", "taken"],
});

/** @type {CaptureState} */
export const NO_TROUBLE = Object.freeze({ camera: "", microphone: "", screen: "" });

/** @param {any} payload @returns {CaptureState | null} */
export function readCapture(payload) {
  const { camera, microphone, screen } = payload ?? {};
  const known = TROUBLES.camera.includes(camera) && TROUBLES.microphone.includes(microphone) && TROUBLES.screen.includes(screen);
  return known ? { camera, microphone, screen } : null;
}

export class Captures {
  #session;
  #topic;
  #own = NO_TROUBLE;

  /**
   * @param {{mesh: Mesh, self: {pid: string}, updatePerson: (pid: string, change: {capture: CaptureState}) => void}} session
   * @param {AbortSignal} signal
   */
  constructor(session, signal) {
    const { mesh } = session;
    this.#session = session;
    this.#topic = mesh.topic(TOPIC, { read: readCapture, perMinute: PER_MINUTE, creates: NOTHING, latest: true });
    this.#topic.on("message", ({ pid, message }) => session.updatePerson(pid, { capture: message }), { signal });
    mesh.on("peer-channel-open", ({ pid }) => this.#topic.send(pid, this.#own), { signal });
  }

  /** Sends what changed. @param {CaptureState} own */
  setOwn(own) {
    if (JSON.stringify(own) === JSON.stringify(this.#own)) return;
    this.#own = own;
    this.#session.updatePerson(this.#session.self.pid, { capture: own });
    for (const pid of this.#session.mesh.peers.keys()) this.#topic.send(pid, own);
  }
}
