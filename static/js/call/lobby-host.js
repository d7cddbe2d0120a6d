/**
 * A host's side of the door: who knocks, and letting them in with the room key or sending them away.
 *
 * @module
 */

import { readSealedHello } from "../keys/hello.js";
import { loadRoomKey } from "../keys/key-store.js";
import { lobbyKey, sealAdmission } from "../keys/lobby.js";
import { makeLobbySeal } from "../keys/room-seal.js";
import { Emitter } from "../lib/emitter.js";
import { readHello } from "../peer/hello.js";
import { called } from "../ui/people/names.js";

/** @typedef {import("./session.js").CallSession} CallSession */
/** @typedef {import("../keys/identity.js").Identity} Identity */
/** @typedef {import("../keys/hello.js").Hello} Hello */
/** @typedef {import("../keys/room-seal.js").RoomSeal} RoomSeal */
/** @typedef {import("../signaling/wire.js").Peer} Peer */

/**
 * Somebody at the door. `problem`: `unproved`, they cannot show that they came by a link of this room; `keyless`, this
 * browser has no copy of the room key that it could hand over; `unsent`, the server could not be told just now.
 *
 * @typedef {object} Knock
 * @property {string} member
 * @property {string} name
 * @property {"" | "unproved" | "keyless" | "unsent"} problem
 */

/** @typedef {{pid: string, shown: Knock, hello: Hello | null, seal: RoomSeal | null, text: string, until: number}} Standing */

/** The server says every 5 seconds who knocks. */
const OVER_MS = 15_000;
const MOST = 20;

/**
 * @typedef {object} DoorKeeperEvents
 * @property {{knocks: Knock[], came: boolean}} changed who knocks now, and whether that is one more
 */

/** @extends {Emitter<DoorKeeperEvents>} */
export class DoorKeeper extends Emitter {
  #session;
  #identity;
  /** @type {Map<string, Standing>} by member */
  #standing = new Map();
  /** @type {Map<string, object>} the last word about a member: a hello that is read late changes nothing any more */
  #turns = new Map();

  /**
   * @param {CallSession} session
   * @param {Pick<Identity, "pid" | "publicKey" | "privateKey" | "fingerprint">} identity of this tab
   * @param {AbortSignal} signal ends it
   */
  constructor(session, identity, signal) {
    super();
    this.#session = session;
    this.#identity = identity;
    session.socket.on("knocks", ({ peer }) => void this.#knocks(peer), { signal });
    session.socket.on("knock-over", ({ member }) => this.#over(member), { signal });
    const timer = setInterval(() => this.#forget(), OVER_MS / 3);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  /** @returns {Knock[]} in the order in which they came */
  get knocks() {
    return [...this.#standing.values()].map(({ shown }) => shown);
  }

  /**
   * Lets somebody in. That it is done, the server says.
   *
   * @param {string} member
   */
  async admit(member) {
    const standing = this.#standing.get(member);
    if (!standing || standing.shown.problem === "unproved") return;
    const { hello, seal } = standing;
    let body = "";
    if (seal?.mode === "lobby" && hello) {
      const held = await loadRoomKey(this.#session.seal.room).catch(() => null);
      if (held?.raw === undefined || held.epoch !== seal.epoch) return this.#complain(standing, "keyless");
      body = await sealAdmission(seal, this.#identity, hello, held.raw);
    }
    if (!this.#session.socket.answer(member, body)) this.#complain(standing, "unsent");
  }

  /**
   * Sends somebody away.
   *
   * @param {string} member
   */
  deny(member) {
    const standing = this.#standing.get(member);
    if (standing && !this.#session.socket.answer(member, null)) this.#complain(standing, "unsent");
  }

  /** @param {Peer} peer */
  async #knocks({ pid, member, hello: text }) {
    const known = this.#standing.get(member);
    if (known?.pid === pid && known.text === text) {
      known.until = Date.now() + OVER_MS;
      return;
    }
    if (!known && this.#turns.size >= MOST) return;
    const turn = {};
    this.#turns.set(member, turn);
    const { hello, seal } = await this.#read(pid, text);
    if (this.#turns.get(member) !== turn) return;
    const name = called(hello ? readHello(hello.profile).name : "");
    /** @type {Knock} */
    const shown = { member, name, problem: hello ? "" : "unproved" };
    this.#standing.set(member, { pid, shown, hello, seal, text, until: Date.now() + OVER_MS });
    this.#changed(!known);
  }

  /**
   * Reads with what they introduce themselves: the lobby key, or the key of the room where they hold it already.
   *
   * @param {string} pid
   * @param {string} text
   * @returns {Promise<{hello: Hello | null, seal: RoomSeal | null}>}
   */
  async #read(pid, text) {
    const room = this.#session.seal;
    const seals = [room];
    const held = room.secrets ? await loadRoomKey(room.room).catch(() => null) : null;
    if (held?.epoch === room.epoch) seals.push(await makeLobbySeal(room.room, room.epoch, await lobbyKey(held.key, room.room, room.epoch)));
    for (const seal of seals) {
      try {
        return { hello: await readSealedHello(seal, pid, text), seal };
      } catch {
        // The next one may fit.
      }
    }
    return { hello: null, seal: null };
  }

  /** @param {string} member */
  #over(member) {
    this.#turns.delete(member);
    if (this.#standing.delete(member)) this.#changed(false);
  }

  #forget() {
    for (const [member, { until }] of this.#standing) if (until < Date.now()) this.#over(member);
  }

  /**
   * @param {Standing} standing
   * @param {"keyless" | "unsent"} problem
   */
  #complain(standing, problem) {
    standing.shown = { ...standing.shown, problem };
    this.#changed(false);
  }

  /** @param {boolean} came */
  #changed(came) {
    this.emit("changed", { knocks: this.knocks, came });
  }
}
