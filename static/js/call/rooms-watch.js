/**
 * The account's rooms, seen from outside: who is inside and who knocks. Names are read with the room key of this browser, where it
 * has one; the server does not know them. A host answers here as in the call.
 */

import { findRoomKey } from "../keys/held-room-key.js";
import { readSealedHello } from "../keys/hello.js";
import { makeIdentity } from "../keys/identity.js";
import { makeRoomSeal } from "../keys/room-seal.js";
import { Emitter } from "../lib/emitter.js";
import { readHello } from "../peer/hello.js";
import { LobbyHost } from "./lobby-host.js";

/** @import { Identity } from "../keys/identity.js" */
/** @import { RoomSeal } from "../keys/room-seal.js" */
/** @import { SignalingSocketEvents } from "../signaling/socket.js" */
/** @import { WatchSocket } from "../signaling/watch-socket.js" */
/** @import { Peer, RoomNow } from "../signaling/wire.js" */
/** @import { Knock } from "./lobby-host.js" */

/**
 * @typedef {{slug: string, inside: number, since: number | null, self: boolean, names: string[]}} RoomView
 * since: ms since the epoch; self: one is inside oneself, in another tab or device; names: of the others, as far as this browser
 * can read them
 */
/** @typedef {Knock & {slug: string}} KnockAtRoom */
/** @typedef {{room: RoomNow, sealing: Promise<RoomSeal | null>, turn: object, lobby: Lobby | null}} WatchedRoom turn: of the latest view */
/** @typedef {{socket: RoomSocket, host: LobbyHost, life: AbortController}} Lobby */

/**
 * @typedef {object} RoomsWatchEvents
 * @property {{stamp: string}} listed which rooms there are: at first, and when that or one of them has changed
 * @property {{rooms: RoomNow[]}} rooms all of them, whenever anything may have changed but who is inside
 * @property {{view: RoomView}} viewed who is inside a room, at first and whenever it changes
 * @property {{knocks: KnockAtRoom[], came: KnockAtRoom | null}} knocking came: one more than before
 */

/** What `LobbyHost` needs of a socket, for one room. @extends {Emitter<Pick<SignalingSocketEvents, "knocks" | "knock-ended">>} */
class RoomSocket extends Emitter {
  #socket;
  #slug;

  /** @param {WatchSocket} socket @param {string} slug */
  constructor(socket, slug) {
    super();
    this.#socket = socket;
    this.#slug = slug;
  }

  /** @param {string} member @param {string | null} body */
  answerKnock(member, body) {
    return this.#socket.answerKnock(this.#slug, member, body);
  }
}

/** @extends {Emitter<RoomsWatchEvents>} */
export class RoomsWatch extends Emitter {
  #socket;
  #nameless;
  /** @type {Map<string, WatchedRoom>} by slug */
  #rooms = new Map();
  /** @type {Promise<Identity> | null} */
  #identity = null;

  /** @param {WatchSocket} socket @param {{nameless: string}} options nameless: what to call people without a name */
  constructor(socket, { nameless }) {
    super();
    this.#socket = socket;
    this.#nameless = nameless;
    socket.on("watching", ({ stamp, rooms }) => this.#onWatching(stamp, rooms));
    socket.on("occupied", ({ room }) => void this.#show(room));
    socket.on("knocks", ({ slug, peer }) => void this.#onKnock(slug, peer));
    socket.on("knock-ended", ({ slug, member }) => this.#rooms.get(slug)?.lobby?.socket.emit("knock-ended", { member }));
    socket.on("stopped", () => this.#forgetAll());
  }

  /** @returns {KnockAtRoom[]} */
  get knocks() {
    return [...this.#rooms].flatMap(([slug, { lobby }]) => lobby?.host.knocks.map((knock) => ({ ...knock, slug })) ?? []);
  }

  /** @param {{member: string, admitted: boolean}} answer */
  answerKnock({ member, admitted }) {
    const slug = this.knocks.find((knock) => knock.member === member)?.slug ?? "";
    const host = this.#rooms.get(slug)?.lobby?.host;
    if (admitted) void host?.admit(member);
    else host?.deny(member);
  }

  /** @param {string} stamp @param {RoomNow[]} rooms */
  #onWatching(stamp, rooms) {
    const listed = new Set(rooms.map(({ slug }) => slug));
    for (const slug of [...this.#rooms.keys()]) if (!listed.has(slug)) this.#forget(slug);
    this.emit("listed", { stamp });
    this.emit("rooms", { rooms });
    for (const room of rooms) void this.#show(room);
  }

  /** @param {RoomNow} room */
  async #show(room) {
    const watched = this.#watch(room);
    const turn = {};
    watched.turn = turn;
    const seal = room.people.length > 0 ? await watched.sealing : null;
    const others = room.people.filter(({ member }) => member !== room.member);
    const names = await Promise.all(others.map((peer) => this.#nameOf(peer, seal)));
    if (watched.turn !== turn) return;
    const self = room.people.length > others.length;
    const { slug, inside, since } = room;
    this.emit("viewed", { view: { slug, inside, since, self, names: names.filter((name) => name !== null) } });
  }

  /** @param {RoomNow} room */
  #watch(room) {
    const known = this.#rooms.get(room.slug);
    if (known && isSameKey(known.room, room)) {
      known.room = room;
      return known;
    }
    this.#forget(room.slug);
    const watched = { room, sealing: sealOf(room), turn: {}, lobby: null };
    this.#rooms.set(room.slug, watched);
    return watched;
  }

  /** @param {Peer} peer @param {RoomSeal | null} seal @returns {Promise<string | null>} null: cannot be read */
  async #nameOf({ pid, hello }, seal) {
    try {
      return seal && (readHello((await readSealedHello(seal, pid, hello)).profile).name || this.#nameless);
    } catch {
      return null;
    }
  }

  /** @param {string} slug @param {Peer} peer */
  async #onKnock(slug, peer) {
    const watched = this.#rooms.get(slug);
    if (!watched) return;
    if (!watched.lobby) {
      this.#identity ??= makeIdentity();
      const [identity, seal] = await Promise.all([this.#identity, watched.sealing]);
      if (this.#rooms.get(slug) !== watched) return;
      watched.lobby ??= this.#openLobby(slug, identity, seal);
    }
    watched.lobby.socket.emit("knocks", { peer });
  }

  /** @param {string} slug @param {Identity} identity @param {RoomSeal | null} seal @returns {Lobby} */
  #openLobby(slug, identity, seal) {
    const life = new AbortController();
    const socket = new RoomSocket(this.#socket, slug);
    const host = new LobbyHost({ socket, seal, nameless: this.#nameless }, identity, life.signal);
    host.on("changed", ({ knocks, came }) => {
      const latest = knocks.at(-1);
      this.emit("knocking", { knocks: this.knocks, came: came && latest ? { ...latest, slug } : null });
    }, { signal: life.signal });
    return { socket, host, life };
  }

  /** @param {string} slug */
  #forget(slug) {
    const watched = this.#rooms.get(slug);
    this.#rooms.delete(slug);
    if (!watched?.lobby) return;
    watched.lobby.life.abort();
    this.emit("knocking", { knocks: this.knocks, came: null });
  }

  #forgetAll() {
    for (const slug of [...this.#rooms.keys()]) this.#forget(slug);
  }
}

/** @param {RoomNow} room @returns {Promise<RoomSeal | null>} null: this browser has no key of a room with one, or another key */
async function sealOf({ slug, epoch, key_check: check }) {
  const { state, key } = await findRoomKey(slug, epoch, check);
  return state === "fits" ? makeRoomSeal(slug, epoch, key).catch(() => null) : null;
}

/** @param {RoomNow} one @param {RoomNow} other */
function isSameKey(one, other) {
  return one.epoch === other.epoch && one.key_check === other.key_check && one.role === other.role;
}
