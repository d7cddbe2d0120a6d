/** People whose messages reach each other in memory, in order: what a mesh does, without the network. */

import { Chat } from "../../static/js/chat/chat.js";
import { Emitter } from "../../static/js/lib/emitter.js";
import { Gate } from "../../static/js/gate/gate.js";

/** The mesh of one person. */
class Link extends Emitter {
  peers = new Map();
  #pid;
  #world;
  gate = new Gate((to, name, payload) => this.send(to, name, payload));

  constructor(pid, world) {
    super();
    this.#pid = pid;
    this.#world = world;
  }

  topic(name, options) {
    return this.gate.open(name, options);
  }

  receive(pid, { topic, payload }) {
    this.gate.receive(pid, topic, payload);
  }

  send(to, topic, payload) {
    if (this.peers.get(to)?.state !== "connected") return false;
    this.#world.queue.push([this.#pid, to, JSON.stringify({ topic, payload })]);
    return true;
  }
}

export class World {
  queue = [];
  #all = new Map();
  #count = 0;

  /** A person, as a session knows them. */
  add(name, role = "guest") {
    this.#count += 1;
    const pid = `${name}${this.#count}`.padEnd(22, "_");
    const person = { pid, self: { pid, name, role }, people: new Map(), mesh: new Link(pid, this) };
    this.#all.set(pid, person);
    return person;
  }

  /** Two can reach each other, for the first time or again. */
  connect(one, other) {
    for (const [a, b] of [[one, other], [other, one]]) {
      a.mesh.peers.set(b.pid, { state: "connected" });
      a.people.set(b.pid, { ...b.self, state: "connected" });
    }
    one.mesh.emit("peer-channel-open", { pid: other.pid });
    other.mesh.emit("peer-channel-open", { pid: one.pid });
  }

  /** What was on its way between two is lost. */
  interrupt(one, other) {
    this.queue = this.queue.filter(([from, to]) => ![from, to].every((pid) => pid === one.pid || pid === other.pid));
    for (const [a, b] of [[one, other], [other, one]]) {
      a.mesh.peers.get(b.pid).state = "interrupted";
      a.people.get(b.pid).state = "interrupted";
    }
  }

  /** One has left, as the other sees it. */
  part(one, gone) {
    one.mesh.peers.delete(gone.pid);
    one.people.delete(gone.pid);
    one.mesh.emit("peer-removed", { pid: gone.pid });
  }

  /** Everything that was sent arrives. */
  async settle() {
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      const [from, to, body] = next;
      this.#all.get(to)?.mesh.receive(from, JSON.parse(body));
      await null;
    }
  }
}

/**
 * People with the same chat; `read` of each returns `show(entry)` for every entry of their log.
 * @param {import("node:test").TestContext} context @param {string[]} names @param {(entry: import("../../static/js/chat/log.js").Entry) => unknown} show
 */
export function meetInChat(context, names, show) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const world = new World();
  const come = (name) => {
    const person = world.add(name);
    person.chat = new Chat(person, new AbortController().signal);
    person.read = () => person.chat.log.entries.map(show);
    return person;
  };
  return { world, come, people: names.map(come) };
}
