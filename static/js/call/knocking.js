/** Knocking: asks to be let in, and receives the room key from a host where the link holds only the lobby key. */

import { makeIdentity } from "../keys/identity.js";
import { saveRoomKey } from "../keys/key-store.js";
import { AdmissionRefused, openAdmission } from "../keys/lobby.js";
import { roomKeyCheck } from "../keys/room-key.js";
import { makeLobbySeal, makeRoomSeal } from "../keys/room-seal.js";
import { writeSealedHello } from "../keys/hello.js";
import { Emitter } from "../lib/emitter.js";
import { toBase64Url } from "../lib/encoding.js";
import { writeHello } from "../peer/hello.js";
import { KnockSocket } from "../signaling/knock-socket.js";

/** @import { Identity } from "../keys/identity.js" */
/** @import { RoomSeal } from "../keys/room-seal.js" */
/** @import { Room } from "../signaling/wire.js" */
/** @import { Presence } from "./person.js" */
/** @typedef {{identity: Identity, seal: RoomSeal, key: CryptoKey | null, keyCheck: string | null, socket: KnockSocket}} Attempt */

/** @typedef {{name: string, why: string | null, hosts?: boolean}} Waiting why: knock, host, away, or null: not known yet */

/**
 * @typedef {object} KnockingEvents
 * @property {Waiting} waiting the person waits, or waits for something else than before
 * @property {void} ended the person does not wait any longer; `admitted` or `stopped` says why
 * @property {void} admitted the person may join now; the room key, if there is one, is stored
 * @property {{why: string}} stopped denied or refused: a close code, "start", "key", "downgrade" or "admission" (what a host sent
 *   is not the room's key)
 */

/** @extends {Emitter<KnockingEvents>} */
export class Knocking extends Emitter {
  #page;
  /** @type {Attempt | null} */
  #attempt = null;

  /** @param {{slug: string, socketPath: string}} page what it says when the person knocks counts */
  constructor(page) {
    super();
    this.#page = page;
  }

  /**
   * @param {{epoch: number, keyCheck: string | null, key: CryptoKey | null, lobby: boolean, presence: Presence}} options keyCheck: as the
   *   server names it; key: of the room, null in a room without one; lobby: a host has to send the room key, and `key` is the lobby key
   */
  async knock({ epoch, keyCheck, key, lobby, presence }) {
    this.close();
    this.emit("waiting", { name: presence.name, why: null });
    let identity, seal, hello;
    try {
      const making = lobby && key ? makeLobbySeal(this.#page.slug, epoch, key) : makeRoomSeal(this.#page.slug, epoch, key);
      [identity, seal] = await Promise.all([makeIdentity(), making]);
      hello = await writeSealedHello(seal, identity, writeHello(presence));
    } catch {
      return this.#stop("start");
    }
    const socket = new KnockSocket({ url: this.#page.socketPath, pid: identity.pid, hello, lobby });
    this.#attempt = { identity, seal, key: lobby ? key : null, keyCheck, socket };
    socket.on("waiting", ({ why, hosts, room }) => this.#onWaiting(room, { name: presence.name, why, hosts }));
    socket.on("away", () => this.emit("waiting", { name: presence.name, why: "away" }));
    socket.on("stopped", ({ code }) => this.#stop(String(code)));
    socket.on("admitted", ({ body }) => void this.#onAdmitted(body));
    socket.start();
  }

  close() {
    this.#attempt?.socket.leave();
    this.#attempt = null;
    this.emit("ended");
  }

  /** @param {Room} room @param {Waiting} waiting */
  #onWaiting({ epoch }, waiting) {
    const known = this.#attempt?.seal.epoch ?? 0;
    if (epoch < known) return this.#stop("downgrade");
    if (epoch > known) return this.#stop("key");
    this.emit("waiting", waiting);
  }

  /** @param {string} body */
  async #onAdmitted(body) {
    const knocking = this.#attempt;
    if (knocking === null) return;
    const { identity, seal, key, keyCheck } = knocking;
    try {
      if (key !== null) {
        const raw = await openAdmission(seal, identity, key, body);
        // The link and the host may both be a dishonest host's: the server has to name this key, too.
        if (toBase64Url(await roomKeyCheck(raw, this.#page.slug, seal.epoch)) !== keyCheck) throw new AdmissionRefused("not the key that the server names");
        await saveRoomKey(this.#page.slug, seal.epoch, raw, { byHosts: true });
      }
    } catch {
      return this.#attempt === knocking && this.#stop("admission");
    }
    if (this.#attempt !== knocking) return;
    this.close();
    this.emit("admitted");
  }

  /** @param {string} why */
  #stop(why) {
    this.close();
    this.emit("stopped", { why });
  }
}
