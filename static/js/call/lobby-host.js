/** The host's side of the lobby: who knocks, letting them in with the room key, or declining. */

import { readSealedHello } from "../keys/hello.js";
import { loadRoomKey } from "../keys/key-store.js";
import { lobbyKey, sealAdmission } from "../keys/lobby.js";
import { makeLobbySeal } from "../keys/room-seal.js";
import { Emitter } from "../lib/emitter.js";
import { readHello } from "../peer/hello.js";

/** @import { Hello } from "../keys/hello.js" */
/** @import { Identity } from "../keys/identity.js" */
/** @import { RoomSeal } from "../keys/room-seal.js" */
/** @import { Peer } from "../signaling/wire.js" */
/** @import { SignalingSocketEvents } from "../signaling/socket.js" */

/**
 * A guest who knocks. `problem`: `unproved`, the guest cannot prove that they have a link of this room; `keyless`, this browser
 * has no copy of the room key to pass on; `unsent`, the answer did not reach the server.
 * @typedef {{member: string, name: string, problem: "" | "unproved" | "keyless" | "unsent"}} Knock
 */

/** @typedef {{pid: string, shown: Knock, hello: Hello | null, seal: RoomSeal | null, text: string, until: number}} KnockingPeer */

/** The server repeats every 5 seconds who knocks. */
const KNOCK_TIMEOUT_MS = 15_000;
const MAX_KNOCKS = 20;

/**
 * Where a host answers: in the call, or outside of it. `seal` is null when this browser has no room key of a room with one.
 * @typedef {object} HostDesk
 * @property {Emitter<Pick<SignalingSocketEvents, "knocks" | "knock-ended">> & {answerKnock(member: string, body: string | null): boolean}} socket
 * @property {RoomSeal | null} seal
 * @property {string} nameless
 */

/** @typedef {object} LobbyHostEvents @property {{knocks: Knock[], came: boolean}} changed came: one more than before */

/** @extends {Emitter<LobbyHostEvents>} */
export class LobbyHost extends Emitter {
  #session;
  #identity;
  /** @type {Map<string, KnockingPeer>} by member */
  #guests = new Map();
  /** @type {Map<string, object>} the latest knock of a member: a hello that is read late is dropped */
  #turns = new Map();

  /**
   * @param {HostDesk} session @param {Pick<Identity, "pid" | "publicKey" | "privateKey" | "fingerprint">} identity of this tab
   * @param {AbortSignal} signal
   */
  constructor(session, identity, signal) {
    super();
    this.#session = session;
    this.#identity = identity;
    session.socket.on("knocks", ({ peer }) => void this.#onKnock(peer), { signal });
    session.socket.on("knock-ended", ({ member }) => this.#onKnockEnded(member), { signal });
    const timer = setInterval(() => this.#dropExpired(), KNOCK_TIMEOUT_MS / 3);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  /** @returns {Knock[]} in the order in which they came */
  get knocks() {
    return [...this.#guests.values()].map(({ shown }) => shown);
  }

  /** Lets a guest in; the server confirms it with `knock-ended`. @param {string} member */
  async admit(member) {
    const guest = this.#guests.get(member);
    if (!guest || guest.shown.problem === "unproved") return;
    if (this.#session.seal === null) return this.#setProblem(guest, "keyless");
    const { hello, seal } = guest;
    let body = "";
    if (seal?.mode === "lobby" && hello) {
      const held = await loadRoomKey(this.#session.seal.room).catch(() => null);
      if (held?.raw === undefined || held.epoch !== seal.epoch) return this.#setProblem(guest, "keyless");
      body = await sealAdmission(seal, this.#identity, hello, held.raw);
    }
    if (!this.#session.socket.answerKnock(member, body)) this.#setProblem(guest, "unsent");
  }

  /** @param {string} member */
  deny(member) {
    const guest = this.#guests.get(member);
    if (guest && !this.#session.socket.answerKnock(member, null)) this.#setProblem(guest, "unsent");
  }

  /** @param {Peer} peer */
  async #onKnock({ pid, member, hello: text }) {
    const known = this.#guests.get(member);
    if (known?.pid === pid && known.text === text) {
      known.until = Date.now() + KNOCK_TIMEOUT_MS;
      return;
    }
    if (!known && this.#turns.size >= MAX_KNOCKS) return;
    const turn = {};
    this.#turns.set(member, turn);
    const { hello, seal } = await this.#readHello(pid, text);
    if (this.#turns.get(member) !== turn) return;
    const name = (hello && readHello(hello.profile).name) || this.#session.nameless;
    /** @type {Knock} */
    const shown = { member, name, problem: hello ? "" : this.#session.seal ? "unproved" : "keyless" };
    this.#guests.set(member, { pid, shown, hello, seal, text, until: Date.now() + KNOCK_TIMEOUT_MS });
    this.#emitChanged(!known);
  }

  /**
   * Guests prove themselves with the lobby key, or with the room key if they have it already.
   * @param {string} pid @param {string} text @returns {Promise<{hello: Hello | null, seal: RoomSeal | null}>}
   */
  async #readHello(pid, text) {
    const room = this.#session.seal;
    if (room === null) return { hello: null, seal: null };
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
  #onKnockEnded(member) {
    this.#turns.delete(member);
    if (this.#guests.delete(member)) this.#emitChanged(false);
  }

  #dropExpired() {
    for (const [member, { until }] of this.#guests) if (until < Date.now()) this.#onKnockEnded(member);
  }

  /** @param {KnockingPeer} guest @param {"keyless" | "unsent"} problem */
  #setProblem(guest, problem) {
    guest.shown = { ...guest.shown, problem };
    this.#emitChanged(false);
  }

  /** @param {boolean} came */
  #emitChanged(came) {
    this.emit("changed", { knocks: this.knocks, came });
  }
}
