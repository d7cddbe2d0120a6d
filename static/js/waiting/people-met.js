/** The people whom this browser has met in a room: files can wait for those of them who are away. */

import { inRecords } from "../lib/records.js";

/** @typedef {{member: string, name: string, at: number}} PersonMet member: their membership; at: last seen, ms since the epoch */
/** @typedef {PersonMet & {id: string, room: string, self: string}} Stored self: our own membership, so that accounts stay apart */

const PLACE = Object.freeze({ database: "meeting-point-people", store: "people", keyPath: "id" });
export const KEPT_MS = 30 * 24 * 3600_000;
export const MAX_A_ROOM = 50;

/** @param {string} room slug @param {string} self our own membership @param {PersonMet} person */
export async function rememberPerson(room, self, person) {
  if (person.member === "" || person.member === self) return;
  const stored = { id: `${room} ${self} ${person.member}`, room, self, ...person };
  await inRecords(PLACE, "readwrite", (store) => store.put(stored)).catch(() => {});
}

/** @param {string} room slug @param {string} self our own membership @returns {Promise<PersonMet[]>} the last seen first */
export async function peopleMet(room, self) {
  /** @type {Stored[]} */
  const all = await inRecords(PLACE, "readonly", (store) => store.getAll()).catch(() => []);
  const { kept, outdated } = sortOut(all, Date.now());
  for (const { id } of outdated) await inRecords(PLACE, "readwrite", (store) => store.delete(id)).catch(() => {});
  return kept.filter((one) => one.room === room && one.self === self).map(({ member, name, at }) => ({ member, name, at }));
}

export async function forgetPeopleMet() {
  await inRecords(PLACE, "readwrite", (store) => store.clear()).catch(() => {});
}

/** @param {Stored[]} all @param {number} now @returns {{kept: Stored[], outdated: Stored[]}} kept: the last seen first */
export function sortOut(all, now) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  /** @type {Stored[]} */
  const kept = [];
  /** @type {Stored[]} */
  const outdated = [];
  for (const one of all.toSorted((a, b) => b.at - a.at)) {
    const key = `${one.room} ${one.self}`;
    const before = counts.get(key) ?? 0;
    counts.set(key, before + 1);
    if (one.at > now - KEPT_MS && before < MAX_A_ROOM) kept.push(one);
    else outdated.push(one);
  }
  return { kept, outdated };
}
