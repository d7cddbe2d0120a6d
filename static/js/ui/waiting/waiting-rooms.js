/** Waiting files on a page outside of calls: of all rooms of the account, or of one. */

import { loadHidden } from "../../peer/ice/ice-policy.js";
import { openTransferRoom } from "../../waiting/transfer-room.js";
import { WaitingFiles } from "../../waiting/waiting-files.js";
import { Emitter } from "../../lib/emitter.js";
import { WaitingStore } from "../../waiting/waiting-store.js";
import { WaitingList } from "./waiting-list.js";
import { byId } from "../lib/page.js";

/** @import { RoomsWatch } from "../../call/rooms-watch.js" */
/** @import { RoomNow } from "../../signaling/wire.js" */
/** @typedef {{files: WaitingFiles, room: RoomNow, life: AbortController}} Shown */

/** @typedef {object} WaitingRoomsEvents @property {{files: WaitingFiles, signal: AbortSignal}} shown those of a room, until the signal is aborted */

/** @extends {Emitter<WaitingRoomsEvents>} */
export class WaitingRooms extends Emitter {
  #list = new WaitingList(byId("waiting-files", HTMLElement));
  #data = byId("room-watch", HTMLElement).dataset;
  #roomName;
  #only;
  /** @type {Map<string, Shown>} by slug */
  #shown = new Map();

  /** @param {RoomsWatch} watch @param {{roomName: (slug: string) => string, only?: string}} options only: the slug of the page's room */
  constructor(watch, { roomName, only }) {
    super();
    this.#roomName = roomName;
    this.#only = only;
    watch.on("rooms", ({ rooms }) => void this.#onRooms(rooms.filter(({ slug }) => only === undefined || slug === only)));
    addEventListener("pagehide", () => this.#forget(() => true));
  }

  /** @param {RoomNow[]} rooms */
  async #onRooms(rooms) {
    const store = new WaitingStore();
    const own = new Set((await store.all()).map(({ room }) => room));
    store.close();
    this.#forget((slug) => !rooms.some((room) => room.slug === slug));
    for (const room of rooms) {
      const known = this.#shown.get(room.slug);
      if (known) this.#update(known, room);
      else if (room.slug === this.#only || room.transfers.length > 0 || own.has(room.slug)) this.#show(room);
    }
  }

  /** @param {RoomNow} room */
  #show(room) {
    const { slug } = room;
    const life = new AbortController();
    const roomName = this.#roomName(slug);
    /** @type {Shown} */
    const shown = { room, life, files: new WaitingFiles({ slug, steal: false, openRoom: () => this.#open(shown) }) };
    this.#shown.set(slug, shown);
    this.#list.add(shown.files, this.#only === undefined ? roomName : "", life.signal);
    this.emit("shown", { files: shown.files, signal: life.signal });
    shown.files.setListed(room.member, room.transfers);
  }

  /** @param {Shown} shown @param {RoomNow} room */
  #update(shown, room) {
    const { epoch, key_check: check } = shown.room;
    shown.room = room;
    if (epoch !== room.epoch || check !== room.key_check) shown.files.keyChanged();
    shown.files.setListed(room.member, room.transfers);
  }

  /** @param {Shown} shown */
  #open({ room: { slug, epoch, key_check: keyCheck } }) {
    const hideAddress = this.#data.hideAddress !== undefined || loadHidden();
    return openTransferRoom({ slug, epoch, keyCheck, hideAddress, roomName: this.#roomName(slug), name: this.#data.displayName ?? "" });
  }

  /** @param {(slug: string) => boolean} which */
  #forget(which) {
    for (const [slug, { files, life }] of this.#shown) {
      if (!which(slug)) continue;
      this.#shown.delete(slug);
      life.abort();
      files.close();
    }
  }
}
