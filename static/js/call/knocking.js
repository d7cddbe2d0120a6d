/** Waiting to be let in: knocks under one's name, shows that the room knows, and takes the room key where a host hands it over. */

import { makeIdentity } from "../keys/identity.js";
import { saveRoomKey } from "../keys/key-store.js";
import { openAdmission } from "../keys/lobby.js";
import { makeLobbySeal, makeRoomSeal } from "../keys/room-seal.js";
import { writeSealedHello } from "../keys/hello.js";
import { Emitter } from "../lib/emitter.js";
import { writeHello } from "../peer/hello.js";
import { KnockSocket } from "../signaling/knock-socket.js";
import { WaitingRoom } from "../ui/lobby/waiting-room.js";

/** @import { Identity } from "../keys/identity.js" */
/** @import { RoomSeal } from "../keys/room-seal.js" */
/** @import { Room } from "../signaling/wire.js" */
/** @import { Shown } from "../ui/lobby/waiting-room.js" */
/** @import { Presence } from "./person.js" */
/** @typedef {{identity: Identity, seal: RoomSeal, key: CryptoKey | null, socket: KnockSocket}} Attempt */

/**
 * @typedef {object} KnockingEvents
 * @property {void} let-in one may join now; the room key is kept where there is one
 * @property {{why: string}} stopped denied or refused, by close code; "start", "key", "downgrade", "admission": what came is not
 *   the room's key
 * @property {void} cancelled the person does not want to wait any more
 */

/** @extends {Emitter<KnockingEvents>} */
export class Knocking extends Emitter {
  #slug;
  #socketPath;
  #waitingRoom = new WaitingRoom();
  /** @type {Attempt | null} */
  #attempt = null;

  /** @param {{slug: string, socketPath: string}} page */
  constructor({ slug, socketPath }) {
    super();
    this.#slug = slug;
    this.#socketPath = socketPath;
    this.#waitingRoom.on("cancel", () => {
      this.close();
      this.emit("cancelled");
    });
  }

  /**
   * Knocks.
   * @param {object} options
   * @param {number} options.epoch of the key
   * @param {CryptoKey | null} options.key the room key, null in a room without one; with `lobby` the lobby key
   * @param {boolean} options.lobby whether the room key has to come from a host
   * @param {Presence} options.presence
   */
  async knock({ epoch, key, lobby, presence }) {
    this.close();
    this.#waitingRoom.show({ name: presence.name, why: null });
    let identity, seal, hello;
    try {
      const making = lobby && key ? makeLobbySeal(this.#slug, epoch, key) : makeRoomSeal(this.#slug, epoch, key);
      [identity, seal] = await Promise.all([makeIdentity(), making]);
      hello = await writeSealedHello(seal, identity, writeHello(presence));
    } catch {
      return this.#stop("start");
    }
    const socket = new KnockSocket({ url: this.#socketPath, pid: identity.pid, hello, lobby });
    this.#attempt = { identity, seal, key: lobby ? key : null, socket };
    socket.on("waiting", ({ why, hosts, room }) => this.#onWaiting(room, { name: presence.name, why, hosts }));
    socket.on("away", () => this.#waitingRoom.show({ name: presence.name, why: "away" }));
    socket.on("stopped", ({ code }) => this.#stop(String(code)));
    socket.on("admitted", ({ body }) => void this.#onAdmitted(body));
    socket.start();
  }

  /** Goes away from the door, quietly. */
  close() {
    this.#attempt?.socket.leave();
    this.#attempt = null;
    this.#waitingRoom.hide();
  }

  /** @param {Room} room @param {Shown} shown */
  #onWaiting({ epoch }, shown) {
    const known = this.#attempt?.seal.epoch ?? 0;
    if (epoch < known) return this.#stop("downgrade");
    if (epoch > known) return this.#stop("key");
    this.#waitingRoom.show(shown);
  }

  /** @param {string} body */
  async #onAdmitted(body) {
    const knocking = this.#attempt;
    if (knocking === null) return;
    const { identity, seal, key } = knocking;
    try {
      if (key !== null) {
        const raw = await openAdmission(seal, identity, key, body);
        await saveRoomKey(this.#slug, seal.epoch, raw, { byHosts: true });
      }
    } catch {
      return this.#attempt === knocking && this.#stop("admission");
    }
    if (this.#attempt !== knocking) return;
    this.close();
    this.emit("let-in");
  }

  /** @param {string} why */
  #stop(why) {
    this.close();
    this.emit("stopped", { why });
  }
}
