/** Reads messages of the server: only checked values get through, anything else is dropped. */

import { isId } from "../lib/patterns.js";

/** @import { ServerMessage, WatchMessage } from "./wire.js" */

/** More people than any room holds. */
const MAX_PEERS = 64;
/** @typedef {(value: unknown) => boolean} Check */

/** @type {Check} */
const text = (value) => typeof value === "string";
/** @type {Check} */
const whole = (value) => Number.isSafeInteger(value);
/** @type {Check} */
const peer = (value) => fits(value, { pid: isId, member: text, role: text, hello: text });
/** @type {Check} */
const peers = (value) => Array.isArray(value) && value.length <= MAX_PEERS && value.every(peer);
/** @type {Check} */
const flag = (value) => typeof value === "boolean";
/** @type {Check} */
const secondsOrNull = (value) => value === null || (whole(value) && Number(value) >= 0);
/** @type {Check} */
const textOrNull = (value) => value === null || text(value);
/** @type {Readonly<Record<string, Check>>} */
const ROOM = {
  slug: text,
  name: text,
  epoch: whole,
  max_people: whole,
  key_check: textOrNull,
  rekey_required: flag,
  relay_only: flag,
  join_rule: text,
  requires_host: flag,
};
/** @type {Check} */
const room = (value) => fits(value, ROOM);
/** More than wait for or from one membership. */
const MAX_TRANSFERS = 128;
/** @type {Check} */
const transfer = (value) => fits(value, { id: isId, sender: text, receiver: text, since: whole, until: whole });
/** @type {Check} */
const transfers = (value) => Array.isArray(value) && value.length <= MAX_TRANSFERS && value.every(transfer);
/** @type {Readonly<Record<string, Check>>} */
const ROOM_NOW = {
  slug: text,
  member: text,
  role: text,
  epoch: whole,
  key_check: textOrNull,
  inside: whole,
  since: (value) => value === null || whole(value),
  people: peers,
  transfers,
};
/** @type {Check} */
const roomNow = (value) => fits(value, ROOM_NOW);
/** @type {Check} */
const ice = (value) => Array.isArray(value) && value.every((server) => typeof server === "object" && server !== null);

/** @type {Readonly<Record<string, Readonly<Record<string, Check>>>>} */
const SHAPES = Object.freeze({
  joined: {
    pid: isId,
    member: text,
    role: text,
    room,
    peers,
    seq: whole,
    ice,
    ice_ttl: Number.isFinite,
    now: Number.isFinite,
  },
  peer_joined: { peer, seq: whole },
  peer_left: { pid: isId, seq: whole, final: flag },
  roster: { peers, seq: whole },
  relay: { from: isId, body: text },
  ice: { ice, ice_ttl: Number.isFinite },
  pong: { n: whole },
  room: { room },
  ending_soon: { what: text, left: secondsOrNull },
  waiting: { why: text, hosts: flag, left: whole, room },
  admitted: { from: text, body: text },
  knocks: { peer },
  knock_ended: { member: text },
  turned_away: { reason: text, label: text, at: whole },
  waiting_transfers: { transfers },
  error: { code: text, about: text },
});

/** @type {typeof SHAPES} */
const WATCH_SHAPES = Object.freeze({
  watching: { stamp: text, rooms: (value) => Array.isArray(value) && value.every(roomNow) },
  occupied: { room: roomNow },
  knocks_at: { slug: text, peer },
  knock_ended_at: { slug: text, member: text },
  pong: SHAPES.pong,
  error: SHAPES.error,
});

/** Null for anything that is not a message of this protocol. @param {unknown} data @returns {ServerMessage | null} */
export function readMessage(data) {
  return read(data, SHAPES);
}

/** The same for the socket that watches rooms from outside. @param {unknown} data @returns {WatchMessage | null} */
export function readWatchMessage(data) {
  return read(data, WATCH_SHAPES);
}

/** @param {unknown} data @param {typeof SHAPES} shapes */
function read(data, shapes) {
  if (typeof data !== "string") return null;
  try {
    const message = JSON.parse(data);
    const known = typeof message?.type === "string" && Object.hasOwn(shapes, message.type);
    return known && fits(message, shapes[message.type]) ? message : null;
  } catch {
    return null;
  }
}

/** @param {unknown} value @param {Readonly<Record<string, Check>>} shape */
function fits(value, shape) {
  if (typeof value !== "object" || value === null) return false;
  const fields = /** @type {Record<string, unknown>} */ (value);
  return Object.entries(shape).every(([name, check]) => check(fields[name]));
}
