/**
 * Names that change during a call: the person's word goes directly to everyone who is connected, and into the hello for those who
 * come later. It is cleaned where it is received, like the first name.
 */

import { NOTHING } from "../gate/topic.js";
import { cleanName } from "../lib/clean-name.js";
import { RateLimiter } from "../lib/rate-limiter.js";
import { looksLike } from "../lib/same-name.js";

/** @import { Mesh } from "../peer/mesh.js" */
/** @typedef {{pid: string, member: string, name: string, state: string}} Participant */
/**
 * @typedef {{mesh: Mesh, self: Participant, people: ReadonlyMap<string, Participant>, socket: {rejoin: () => void},
 *   setPresence: (change: {name: string}) => Promise<void>, updatePerson: (pid: string, change: {name: string}) => void}} Room
 */
/** @typedef {"renamed" | "empty" | "reserved" | "taken" | "too-fast"} Outcome taken: another person has it, or one that looks the same */

export const TOPIC = "name";
/** One person's changes; the newest of more comes later. */
export const PER_MINUTE = 6;
const MAX_CHARACTERS = 4_096;

/** Reads the topic `name`. @param {unknown} payload @returns {string | null} cleaned and not empty */
export function readName(payload) {
  return (typeof payload === "string" && payload.length <= MAX_CHARACTERS && cleanName(payload)) || null;
}

export class Renaming {
  #room;
  #reserved;
  #topic;
  #limiter = new RateLimiter(PER_MINUTE);
  #changed = false;

  /** @param {Room} room @param {readonly string[]} reserved names that no one may take @param {AbortSignal} signal */
  constructor(room, reserved, signal) {
    this.#room = room;
    this.#reserved = reserved;
    this.#topic = room.mesh.topic(TOPIC, { read: readName, perMinute: PER_MINUTE, creates: NOTHING, latest: true });
    this.#topic.on("message", ({ pid, message }) => room.people.has(pid) && room.updatePerson(pid, { name: message }), { signal });
    room.mesh.on("peer-channel-open", ({ pid }) => this.#changed && this.#topic.send(pid, room.self.name), { signal });
  }

  /** @param {string} input @returns {Outcome} */
  rename(input) {
    const name = cleanName(input);
    const { self, people, mesh } = this.#room;
    if (name === "") return "empty";
    if (name === self.name) return "renamed";
    if (this.#reserved.some((one) => looksLike(one, name))) return "reserved";
    const others = [...people.values()].filter(({ member, state }) => member !== self.member && state !== "refused");
    if (others.some((one) => looksLike(one.name, name))) return "taken";
    if (!this.#limiter.consume()) return "too-fast";
    this.#changed = true;
    void this.#room.setPresence({ name }).then(() => this.#room.socket.rejoin());
    for (const pid of mesh.peers.keys()) this.#topic.send(pid, name);
    return "renamed";
  }
}
