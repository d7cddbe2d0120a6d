/**
 * Looks every few seconds which way the connections take: directly or through a relay.
 *
 * @module
 */

import { describeRoute } from "../peer/route.js";

const EVERY_MS = 5_000;

export class RouteWatch {
  #mesh;
  #tell;

  /**
   * @param {import("../peer/mesh.js").Mesh} mesh
   * @param {(pid: string, route: import("../peer/route.js").Route) => void} tell
   * @param {AbortSignal} signal ends it
   */
  constructor(mesh, tell, signal) {
    this.#mesh = mesh;
    this.#tell = tell;
    const timer = setInterval(() => [...mesh.peers.keys()].forEach((pid) => void this.look(pid)), EVERY_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  /**
   * Looks at once.
   *
   * @param {string} pid
   */
  async look(pid) {
    const connection = this.#mesh.peers.get(pid);
    if (connection?.state !== "connected") return;
    const route = await describeRoute(connection).catch(() => null);
    if (route && this.#mesh.peers.get(pid)?.state === "connected") this.#tell(pid, route);
  }
}
