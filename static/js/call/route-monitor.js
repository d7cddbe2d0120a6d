/** Checks every few seconds whether connections are direct or relayed. */

import { describeRoute } from "../peer/ice/ice-path.js";

/** @import { Route } from "../peer/ice/ice-path.js" */
/** @import { Mesh } from "../peer/mesh.js" */

const INTERVAL_MS = 5_000;

export class RouteMonitor {
  #mesh;
  #onRoute;

  /** @param {Mesh} mesh @param {(pid: string, route: Route) => void} onRoute @param {AbortSignal} signal */
  constructor(mesh, onRoute, signal) {
    this.#mesh = mesh;
    this.#onRoute = onRoute;
    const timer = setInterval(() => [...mesh.peers.keys()].forEach((pid) => void this.checkRoute(pid)), INTERVAL_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  /** @param {string} pid */
  async checkRoute(pid) {
    const connection = this.#mesh.peers.get(pid);
    if (connection?.state !== "connected") return;
    const route = await describeRoute(connection).catch(() => null);
    if (route && this.#mesh.peers.get(pid)?.state === "connected") this.#onRoute(pid, route);
  }
}
